// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>
    /// Lets a head drive a mesh of yours instead of its own picture. Put it on the object of the TalkingHead and choose the
    /// mesh; blend shapes are found by ARKit's names, however they are spelled.
    /// </summary>
    [RequireComponent(typeof(TalkingHead))]
    public sealed class ArkitOnAMesh : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("Mesh with ARKit blend shapes.")]
        private SkinnedMeshRenderer _face;

        [SerializeField]
        private Transform _neck;

        [SerializeField]
        [Tooltip("Keep the head's own picture beside the mesh.")]
        private bool _showsBoth;

        private void Start()
        {
            var head = GetComponent<TalkingHead>();
            head.ShowsHead = _showsBoth;
            var drive = _face.gameObject.AddComponent<ArkitFace>();
            drive.enabled = false;
            drive.Head = head;
            drive.Face = _face;
            drive.Neck = _neck;
            drive.enabled = true;
        }
    }
}
