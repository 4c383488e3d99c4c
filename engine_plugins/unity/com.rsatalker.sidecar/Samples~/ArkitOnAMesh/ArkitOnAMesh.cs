// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections;
using RsaTalker.Sidecar;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>
    /// Lets a head drive a mesh of yours instead of its own picture, and hum once. Put it on the object of the TalkingHead and
    /// choose the mesh; blend shapes are found by ARKit's names, however they are spelled.
    /// </summary>
    [RequireComponent(typeof(TalkingHead))]
    public sealed class ArkitOnAMesh : MonoBehaviour
    {
        [Tooltip("Mesh with ARKit blend shapes.")]
        public SkinnedMeshRenderer Face;

        [Tooltip("Bone that nods and turns; may be none.")]
        public Transform Neck;

        [Tooltip("Keep the head's own picture beside the mesh.")]
        public bool ShowsBoth;

        private void Awake()
        {
            var head = GetComponent<TalkingHead>();
            head.ShowsHead = ShowsBoth;
            var drive = Face.gameObject.AddComponent<ArkitFace>();
            drive.enabled = false;
            drive.Head = head;
            drive.Face = Face;
            drive.Neck = Neck;
            drive.enabled = true;
        }

        private IEnumerator Start()
        {
            var head = GetComponent<TalkingHead>();
            yield return new WaitUntil(() => head.Conversation != null && head.Conversation.IsLive);
            head.Conversation.Speak(head, TestVoice.Hum(4));
        }
    }
}
