// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnityEditor.SceneManagement;
using UnityEngine;

namespace RsaTalker.Sidecar.Editor
{
    /// <summary>What the scenes of all samples begin with.</summary>
    public static class SampleScene
    {
        /// <summary>
        /// Opens a new scene with a camera, a sun, and a conversation in front of the camera. Null: the user wants to keep the
        /// old scene open.
        /// </summary>
        public static Conversation New()
        {
            if (!EditorSceneManager.SaveCurrentModifiedScenesIfUserWantsTo())
            {
                return null;
            }
            EditorSceneManager.NewScene(NewSceneSetup.DefaultGameObjects, NewSceneMode.Single);
            Camera.main.transform.SetPositionAndRotation(new Vector3(0, 1.6f, -1.5f), Quaternion.identity);
            Camera.main.nearClipPlane = 0.05f;
            return ConversationMenu.Make(null);
        }
    }
}
