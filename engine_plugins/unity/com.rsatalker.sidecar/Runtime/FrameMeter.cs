// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar
{
    /// <summary>How many frames come and how old they are. Main thread.</summary>
    internal sealed class FrameMeter
    {
        private const float Follows = 0.1f; // share of a new value that is taken over
        private const long NsPerSecond = 1000000000;

        private long _beganNs;
        private int _count;

        /// <summary>New frames of the first head in the last whole second.</summary>
        public float PerSecond { get; private set; }

        /// <summary>From writing a pose to a frame for it, milliseconds.</summary>
        public float LatencyMs { get; private set; }

        /// <summary>Takes note of a new frame of a head.</summary>
        public void Note(int head, long requestedNs, long nowNs)
        {
            LatencyMs += Follows * ((nowNs - requestedNs) / 1e6f - LatencyMs);
            if (head != 0)
            {
                return;
            }
            ++_count;
            if (nowNs - _beganNs >= NsPerSecond)
            {
                PerSecond = _count * (float)NsPerSecond / (nowNs - _beganNs);
                _beganNs = nowNs;
                _count = 0;
            }
        }
    }
}
