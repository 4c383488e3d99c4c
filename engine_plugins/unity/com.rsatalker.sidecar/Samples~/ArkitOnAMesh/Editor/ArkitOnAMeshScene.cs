// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Editor;
using UnityEditor;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>Opens a new scene with a mask that moves as head A does, beside the picture of head B.</summary>
    internal static class ArkitOnAMeshScene
    {
        [MenuItem("GameObject/RSATalker/Sample Scene/ARKit on a mesh", false, 11)]
        private static void Open()
        {
            var conversation = SampleScene.New();
            if (conversation == null)
            {
                return;
            }
            var drive = conversation.HeadA.gameObject.AddComponent<ArkitOnAMesh>();
            drive.Face = MakeMask(conversation.HeadA.transform);
            drive.Neck = drive.Face.transform;
        }

        private static SkinnedMeshRenderer MakeMask(Transform head)
        {
            var mask = new GameObject("Mask", typeof(SkinnedMeshRenderer)).GetComponent<SkinnedMeshRenderer>();
            mask.transform.SetPositionAndRotation(head.position, head.rotation);
            mask.sharedMesh = MaskMesh.Make();
            var cube = GameObject.CreatePrimitive(PrimitiveType.Cube); // has the material of the project's pipeline
            mask.sharedMaterial = cube.GetComponent<MeshRenderer>().sharedMaterial;
            Object.DestroyImmediate(cube);
            return mask;
        }
    }
}
