// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>A voice for scenes that have no recording yet: it hums in syllables, so that lips have something to do.</summary>
    public static class TestVoice
    {
        /// <summary>Hertz of its samples.</summary>
        public const int RateHz = 22050;

        private const double SyllablesHz = 4; // as people speak

        /// <summary>Returns a clip to be spoken. Main thread.</summary>
        public static AudioClip Hum(float seconds, float pitchHz = 120)
        {
            var samples = new float[(int)(seconds * RateHz)];
            Write(samples, 0, pitchHz);
            var clip = AudioClip.Create("Hum", samples.Length, 1, RateHz, false);
            clip.SetData(samples, 0);
            return clip;
        }

        /// <summary>Fills a part of a hum with the samples from `first` on. Any thread.</summary>
        public static void Write(float[] part, long first, float pitchHz = 120)
        {
            for (var index = 0; index < part.Length; ++index)
            {
                var t = (first + index) / (double)RateHz;
                var phase = 2 * Math.PI * pitchHz * t - 3 * Math.Cos(2 * Math.PI * 0.7 * t); // the pitch rises and falls
                var loudness = 0.5 - 0.5 * Math.Cos(2 * Math.PI * SyllablesHz * t);
                part[index] = (float)(0.3 * loudness * (Math.Sin(phase) + 0.5 * Math.Sin(2 * phase) + 0.3 * Math.Sin(3 * phase)));
            }
        }
    }
}
