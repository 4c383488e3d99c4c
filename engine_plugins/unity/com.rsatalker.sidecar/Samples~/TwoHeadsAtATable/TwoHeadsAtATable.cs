// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections;
using RsaTalker.Sidecar;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>Lets the heads of a conversation say clips in turn; without clips they hum.</summary>
    public sealed class TwoHeadsAtATable : MonoBehaviour
    {
        [Tooltip("Whose heads talk.")]
        public Conversation Conversation;

        [Tooltip("What they say, in turn: the first line is head A's. Load Type: Decompress On Load.")]
        public AudioClip[] Lines = new AudioClip[0];

        [Tooltip("Between two lines, seconds.")]
        public float PauseS = 0.3f;

        private IEnumerator Start()
        {
            var lines = Lines.Length > 0 ? Lines : new[] { TestVoice.Hum(2, 190), TestVoice.Hum(1.5f, 110) };
            for (var turn = 0; Lines.Length == 0 || turn < Lines.Length; ++turn)
            {
                yield return new WaitUntil(() => Conversation.IsLive);
                var head = turn % 2 == 0 ? Conversation.HeadA : Conversation.HeadB;
                var utterance = Conversation.Speak(head, lines[turn % lines.Length]);
                yield return new WaitUntil(() => utterance.IsOver);
                if (utterance.State == UtteranceState.Failed)
                {
                    Debug.LogWarning(utterance.Sentence);
                }
                yield return new WaitForSeconds(PauseS);
            }
        }
    }
}
