// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// A voice whose sound comes in parts, such as that of a text-to-speech engine. Push and Finish: any one thread at a
    /// time.
    /// </summary>
    public sealed class StreamingVoice
    {
        private readonly Action<StreamingVoice, float[], bool> _send;
        private bool _isFinished;

        /// <summary>How far it is.</summary>
        public Utterance Utterance { get; }

        /// <summary>Hertz of its samples.</summary>
        public int SampleRateHz { get; }

        /// <summary>How often the sound ran dry because parts came late.</summary>
        public int LateCount => Utterance.Voice.DryCount;

        internal long Sequence { get; set; }

        internal StreamingVoice(Utterance utterance, int sampleRateHz, Action<StreamingVoice, float[], bool> send)
        {
            Utterance = utterance;
            SampleRateHz = sampleRateHz;
            _send = send;
        }

        /// <summary>
        /// Adds mono samples of full scale 1; 20 to 40 ms at a time are best. They are copied. Returns how many were taken:
        /// fewer only if more than a minute waits to be heard.
        /// </summary>
        public int Push(float[] samples, int start, int count)
        {
            if (_isFinished || Utterance.IsOver || count == 0)
            {
                return 0;
            }
            count = Utterance.Voice.Write(samples, start, count);
            var part = new float[count];
            Array.Copy(samples, start, part, 0, count);
            _send(this, part, false);
            return count;
        }

        /// <summary>Says that no more comes.</summary>
        public void Finish()
        {
            if (!_isFinished)
            {
                _isFinished = true;
                Utterance.Voice.Finish();
                Utterance.IsGrowing = false;
                _send(this, Array.Empty<float>(), true);
            }
        }
    }
}
