// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Threading.Tasks;
using RsaTalker.Sidecar;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>
    /// A voice that comes in parts of 40 ms, as text-to-speech engines bring it. Replace NextPart by yours. Put it beside a
    /// Conversation; the context menu entry Speak begins.
    /// </summary>
    public sealed class StreamingTts : MonoBehaviour
    {
        private const int RateHz = 22050;
        private const int PartSamples = RateHz / 25; // 40 ms
        private const int Parts = 75; // 3 s

        [SerializeField]
        private Conversation _conversation;

        private double _phase;

        [ContextMenu("Speak")]
        public async void Speak()
        {
            var voice = _conversation.BeginVoice(_conversation.HeadA, RateHz);
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

        // Stands for a text-to-speech engine: a hum that opens and closes four times a second.
        private void NextPart(float[] part, int index)
        {
            for (var sample = 0; sample < part.Length; ++sample)
            {
                var t = (index * PartSamples + sample) / (double)RateHz;
                _phase += 2 * Math.PI * (120 + 15 * Math.Sin(2 * Math.PI * 0.7 * t)) / RateHz;
                var loudness = 0.5 - 0.5 * Math.Cos(2 * Math.PI * 4 * t);
                part[sample] = (float)(0.4 * loudness * (Math.Sin(_phase) + 0.5 * Math.Sin(2 * _phase) + 0.3 * Math.Sin(3 * _phase)));
            }
        }
    }
}
