// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Editor;
using UnityEditor;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>Opens a new scene whose head A speaks with a voice that comes in parts.</summary>
    internal static class StreamingTtsScene
    {
        [MenuItem("GameObject/RSATalker/Sample Scene/Streaming text-to-speech", false, 11)]
        private static void Open()
        {
            var conversation = SampleScene.New();
            if (conversation == null)
            {
                return;
            }
            var voice = new GameObject("Text-to-speech", typeof(StreamingTts)).GetComponent<StreamingTts>();
            voice.Conversation = conversation;
        }
    }
}
