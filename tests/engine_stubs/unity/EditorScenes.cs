// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Linq;
using UnityEngine;

namespace UnityEditor.SceneManagement
{
    public enum NewSceneSetup
    {
        EmptyScene,
        DefaultGameObjects,
    }

    public enum NewSceneMode
    {
        Single,
        Additive,
    }

    public struct Scene
    {
    }

    /// <summary>One scene at a time; a new one has a camera and a sun.</summary>
    public static class EditorSceneManager
    {
        public static bool SaveCurrentModifiedScenesIfUserWantsTo() => true;

        public static Scene NewScene(NewSceneSetup setup, NewSceneMode mode)
        {
            Object.Living.OfType<GameObject>().ToList().ForEach(Object.DestroyImmediate);
            Camera.main = new GameObject("Main Camera", typeof(Camera)).GetComponent<Camera>();
            RenderSettings.sun = new GameObject("Directional Light", typeof(Light)).GetComponent<Light>();
            RenderSettings.sun.type = LightType.Directional;
            return default;
        }
    }
}
