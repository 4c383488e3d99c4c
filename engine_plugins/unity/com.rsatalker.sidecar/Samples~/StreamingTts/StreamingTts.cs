// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections;
using System.Threading.Tasks;
using RsaTalker.Sidecar;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>
    /// A voice that comes in parts of 40 ms, as text-to-speech engines bring it. Replace NextPart by yours. It speaks once
    /// the conversation lives, and again by the context menu's entry Speak.
    /// </summary>
    public sealed class StreamingTts : MonoBehaviour
    {
        private const int PartSamples = TestVoice.RateHz / 25; // 40 ms
        private const int Parts = 75; // 3 s

        [Tooltip("Whose head A speaks.")]
        public Conversation Conversation;

        [ContextMenu("Speak")]
        public async void Speak()
        {
            var voice = Conversation.BeginVoice(Conversation.HeadA, TestVoice.RateHz);
            if (voice.Utterance.IsOver)
            {
                Debug.LogWarning(voice.Utterance.Sentence);
                return;
            }
            await Task.Run(async () =>
            {
                var part = new float[PartSamples];
                for (var index = 0; index < Parts; ++index)
                {
                    NextPart(part, index);
                    voice.Push(part, 0, part.Length);
                    await Task.Delay(30); // a little faster than it is spoken
                }
                voice.Finish();
            });
        }

        private IEnumerator Start()
        {
            yield return new WaitUntil(() => Conversation.IsLive);
            Speak();
        }

        // Stands for a text-to-speech engine.
        private static void NextPart(float[] part, int index)
        {
            TestVoice.Write(part, (long)index * PartSamples);
        }
    }
}
