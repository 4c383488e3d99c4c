// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace UnityEngine
{
    public enum PrimitiveType
    {
        Cube,
    }

    public sealed class ContextMenu : Attribute
    {
        public ContextMenu(string name)
        {
        }
    }

    public static class Debug
    {
        public static void Log(object message) => Console.Error.WriteLine(message);

        public static void LogWarning(object message) => Console.Error.WriteLine(message);
    }

    public sealed class SphereCollider : Component
    {
        public float radius { get; set; }
    }
}

namespace UnityEngine.TestTools
{
    public sealed class UnityTestAttribute : Attribute
    {
    }
}
