// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// The newest motion of both heads, to be asked for any instant: for heads that the engine draws itself, and to know
    /// when a sound may start. No garbage after the start. Main thread.
    /// </summary>
    public sealed class MotionTrack
    {
        private const int Kept = FrameRingLayout.MotionSlotCount;

        private readonly MotionInstant[] _instants = new MotionInstant[Kept]; // a ring
        private long _end; // number behind the newest
        private long _first; // number of the oldest
        private int _expressionCount;

        public MotionTrack()
        {
            for (var index = 0; index < Kept; ++index)
            {
                _instants[index] = new MotionInstant();
            }
        }

        /// <summary>Up to where there is motion, microseconds of the timeline; -1: there is none.</summary>
        public long EndUs => _end > _first ? At(_end - 1).TimelineUs : -1;

        /// <summary>Makes room for so many coefficients of expression in every instant, once.</summary>
        public void Reserve(int expressionCount)
        {
            if (_expressionCount != expressionCount)
            {
                _expressionCount = expressionCount;
                foreach (var instant in _instants)
                {
                    instant.Heads[0].Pose.Expression = new float[expressionCount];
                    instant.Heads[1].Pose.Expression = new float[expressionCount];
                }
            }
        }

        /// <summary>Forgets everything.</summary>
        public void Clear()
        {
            _first = _end;
        }

        /// <summary>Where the next instant is to be written; Commit takes it over.</summary>
        public MotionInstant Next => At(_end);

        /// <summary>Takes over the instant in Next; what it replaces is dropped.</summary>
        public void Commit()
        {
            var taken = At(_end);
            var kept = _end;
            while (kept > _first && At(kept - 1).TimelineUs >= taken.TimelineUs)
            {
                --kept;
            }
            if (kept < _end) // the future was changed: it goes where the old future began
            {
                _instants[_end % Kept] = At(kept);
                _instants[kept % Kept] = taken;
            }
            _end = kept + 1;
            _first = Math.Max(_first, _end - Kept + 1); // the one at the end is written next
        }

        /// <summary>
        /// Returns where an instant of an utterance's own audio stands on the timeline: -1 if there is no motion of it. A voice
        /// that came late has gaps there.
        /// </summary>
        public long TimelineOf(int head, ulong utteranceId, long mediaUs)
        {
            for (var number = _end - 1; number >= _first; --number)
            {
                var instant = At(number);
                var said = instant.Heads[head];
                if (said.UtteranceId == utteranceId && said.MediaUs <= mediaUs)
                {
                    return instant.TimelineUs + mediaUs - said.MediaUs;
                }
            }
            return -1;
        }

        /// <summary>Writes the pose of a head at an instant, between the two nearest; false: there is no motion.</summary>
        public bool Sample(int head, long timelineUs, FlamePose pose)
        {
            if (_end == _first)
            {
                return false;
            }
            var later = _end - 1;
            while (later > _first && At(later - 1).TimelineUs >= timelineUs)
            {
                --later;
            }
            var earlier = Math.Max(later - 1, _first);
            var spanUs = At(later).TimelineUs - At(earlier).TimelineUs;
            var share = spanUs > 0 ? (timelineUs - At(earlier).TimelineUs) / (float)spanUs : 1;
            Mix(At(earlier).Heads[head].Pose, At(later).Heads[head].Pose, Math.Min(Math.Max(share, 0), 1), pose);
            return true;
        }

        private static void Mix(FlamePose from, FlamePose to, float share, FlamePose mixed)
        {
            Mix(from.Arkit, to.Arkit, share, mixed.Arkit);
            Mix(from.NeckPose, to.NeckPose, share, mixed.NeckPose);
            Mix(from.EyePose, to.EyePose, share, mixed.EyePose);
            Mix(from.JawPose, to.JawPose, share, mixed.JawPose);
            Mix(from.GlobalOrient, to.GlobalOrient, share, mixed.GlobalOrient);
        }

        // Rotations, too: between two instants of 33 ms they are so small that axis-angle may be mixed like numbers.
        private static void Mix(float[] from, float[] to, float share, float[] mixed)
        {
            for (var index = 0; index < mixed.Length; ++index)
            {
                mixed[index] = from[index] + share * (to[index] - from[index]);
            }
        }

        private MotionInstant At(long number)
        {
            return _instants[number % Kept];
        }
    }
}
