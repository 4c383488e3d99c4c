// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Which instant of the timeline a head shows that the engine draws itself: what is heard, while it speaks; otherwise
    /// time goes on, never past the motion that is there. One for each head. Main thread.
    /// </summary>
    public sealed class HeadClock
    {
        private const long BehindUs = 400000; // of the motion's end while nobody speaks: it comes in time
        private const double CatchUp = 0.25; // a free clock runs at most so much faster or slower
        private const long JumpUs = 2000000;

        public long TimelineUs { get; private set; }

        /// <summary>Follows what is heard; below 0: nothing of it is there, and time just goes on.</summary>
        public void Follow(long timelineUs)
        {
            TimelineUs = timelineUs >= 0 ? timelineUs : TimelineUs;
        }

        /// <summary>Goes on by itself.</summary>
        public void Run(double elapsedS, long motionEndUs)
        {
            var elapsedUs = (long)(elapsedS * 1e6);
            var lagUs = motionEndUs - BehindUs - (TimelineUs + elapsedUs);
            if (Math.Abs(lagUs) > JumpUs)
            {
                TimelineUs = motionEndUs - BehindUs;
                return;
            }
            var most = (long)(CatchUp * elapsedUs);
            TimelineUs = Math.Min(TimelineUs + elapsedUs + Math.Min(Math.Max(lagUs, -most), most), motionEndUs);
        }
    }
}
