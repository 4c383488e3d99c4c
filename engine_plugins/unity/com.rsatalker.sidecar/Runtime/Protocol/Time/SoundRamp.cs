// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// A loudness that goes from silent to full and back within 5 ms: short enough to be no fade to the ear, long enough to
    /// be no click. The audio thread's.
    /// </summary>
    internal sealed class SoundRamp
    {
        public const double FullS = 0.005;

        private float _gain;

        public SoundRamp(float gain)
        {
            _gain = gain;
        }

        /// <summary>Jumps: right where a sound begins by itself.</summary>
        public void Set(float gain)
        {
            _gain = gain;
        }

        /// <summary>What the next sample is multiplied by, on the way to full or to silent.</summary>
        public float Next(bool isOpen, float step)
        {
            _gain = isOpen ? Math.Min(_gain + step, 1) : Math.Max(_gain - step, 0);
            return _gain;
        }

        /// <summary>How far it goes with each sample.</summary>
        public static float StepAt(double rateHz)
        {
            return (float)(1 / (FullS * rateHz));
        }
    }
}
