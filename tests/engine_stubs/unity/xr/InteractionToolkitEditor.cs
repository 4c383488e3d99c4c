// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnityEngine;
using UnityEngine.XR.Interaction.Toolkit;

namespace UnityEditor.XR.Interaction.Toolkit
{
    /// <summary>The toolkit's menu: a rig at the place that the scene view shows, which takes the main camera over.</summary>
    internal static class CreateUtils
    {
        [MenuItem("GameObject/XR/XR Origin (VR)")]
        private static void CreateOrigin()
        {
            var rig = new GameObject("XR Origin (XR Rig)");
            rig.transform.position = new Vector3(3, 0, 2);
            var offset = new GameObject("Camera Offset");
            offset.transform.SetParent(rig.transform, false);
            Camera.main.transform.SetParent(offset.transform, false);
            Camera.main.transform.localPosition = new Vector3(0, 1.6f, 0);
            new GameObject("Right Controller", typeof(RayController)).transform.SetParent(offset.transform, false);
            Selection.activeObject = rig;
        }
    }
}
