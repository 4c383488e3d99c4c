// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections;

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

    public sealed class Coroutine
    {
    }

    public sealed class WaitUntil
    {
        public WaitUntil(Func<bool> predicate)
        {
        }
    }

    public sealed class WaitForSeconds
    {
        public WaitForSeconds(float seconds)
        {
        }
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
