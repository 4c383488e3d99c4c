// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Editor;
using UnityEditor;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>Opens a new scene with the toolkit's rig, if it is installed, before two heads that speak when they are selected.</summary>
    internal static class XrInteractionToolkitScene
    {
        [MenuItem("GameObject/RSATalker/Sample Scene/XR Interaction Toolkit", false, 11)]
        private static void Open()
        {
            var conversation = SampleScene.New();
            if (conversation == null)
            {
                return;
            }
            conversation.HeadA.gameObject.AddComponent<PointToSpeak>();
            conversation.HeadB.gameObject.AddComponent<PointToSpeak>();
            if (EditorApplication.ExecuteMenuItem("GameObject/XR/XR Origin (VR)"))
            {
                Camera.main.transform.root.position = new Vector3(0, 0, -1.5f); // not where the scene view looks
                Selection.activeObject = conversation.gameObject;
            }
        }
    }
}
