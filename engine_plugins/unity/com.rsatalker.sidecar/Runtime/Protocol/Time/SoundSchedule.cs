// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Which utterance sounds when, and what of it is heard now. The sound leads and the face follows: a sound starts once
    /// the first of its motion is there, later if motion is late, and in its place on the timeline if another one is
    /// sounding; the next one of the same head is known to the engine before that is over, so that it follows without a gap.
    /// No garbage per frame. Main thread.
    /// </summary>
    public sealed class SoundSchedule
    {
        private const double UsPerS = 1e6;
        private const long LingerUs = 500000; // so long a clip that is over is still reported
        private const long GridUs = 2000; // the sidecar lets utterances begin on whole milliseconds
        private const double AheadS = 0.5; // so long before its start a sound is scheduled behind one of the same head

        private readonly List<Utterance> _utterances = new List<Utterance>(FrameRingLayout.MaxPlaybacks);

        /// <summary>From asking the engine to start a sound until it can, seconds.</summary>
        public double StartLeadS = 0.06;

        /// <summary>From mixing a sample until it is heard, seconds.</summary>
        public double OutputDelayS;

        public IReadOnlyList<Utterance> Utterances => _utterances;

        /// <summary>Whether one more fits.</summary>
        public bool HasRoom => _utterances.Count < FrameRingLayout.MaxPlaybacks;

        public void Add(Utterance utterance)
        {
            _utterances.Add(utterance);
        }

        /// <summary>Forgets one that is over.</summary>
        public void Remove(Utterance utterance)
        {
            _utterances.Remove(utterance);
        }

        /// <summary>
        /// Returns when the sound of a waiting utterance is to start, on the audio clock; NaN: its motion is not there yet, or
        /// one that stands before it on the timeline has not started.
        /// </summary>
        public double StartOf(Utterance utterance, double nowS, long motionEndUs)
        {
            if (utterance.State != UtteranceState.Waiting || motionEndUs < utterance.StartUs)
            {
                return double.NaN;
            }
            var startS = nowS + StartLeadS;
            for (var index = 0; index < _utterances.Count; ++index)
            {
                var other = _utterances[index];
                if (other == utterance || other.IsOver || other.StartUs > utterance.StartUs)
                {
                    continue;
                }
                var isWaiting = other.State != UtteranceState.Playing;
                var isSameHead = other.Participant == utterance.Participant;
                if (isWaiting ? other.Id < utterance.Id : isSameHead && Holds(other, nowS))
                {
                    return double.NaN;
                }
                if (!isWaiting && !double.IsNaN(other.StartDspS))
                {
                    startS = Math.Max(startS, BehindS(other, utterance, isSameHead));
                }
            }
            return startS;
        }

        /// <summary>Says when a sound starts, or that it was started anew with another place under the needle.</summary>
        public void Start(Utterance utterance, double startDspS)
        {
            utterance.StartDspS = startDspS;
            utterance.Become(UtteranceState.Playing);
        }

        /// <summary>What is heard of an utterance, microseconds on its own time; negative before its start.</summary>
        public long HeardUs(Utterance utterance, double audioS)
        {
            var sinceStartUs = (long)((audioS - OutputDelayS - utterance.StartDspS) * UsPerS);
            if (utterance.Voice == null || utterance.Voice.IsFlowing)
            {
                return sinceStartUs;
            }
            var playedUs = (long)(utterance.Voice.PlayedS * UsPerS);
            return playedUs > 0 ? playedUs : Math.Min(sinceStartUs, 0); // it may be scheduled behind another one
        }

        /// <summary>Marks what is over, and writes what is heard now into the state of this tick.</summary>
        public void Report(EngineState state, AudioClock clock, long nowNs)
        {
            var audioS = clock.At(nowNs);
            var count = 0;
            for (var index = 0; index < _utterances.Count; ++index)
            {
                var utterance = _utterances[index];
                if (IsOver(utterance, audioS))
                {
                    continue;
                }
                var isPlaying = utterance.State == UtteranceState.Playing;
                var voice = utterance.Voice;
                utterance.StartDspS = voice != null && voice.IsFlowing ? voice.StartDspS : utterance.StartDspS;
                var isMoving = isPlaying && !clock.IsStopped && (voice == null || voice.IsFlowing);
                var heardUs = isPlaying ? HeardUs(utterance, audioS) : -1; // -1: told of, not begun
                if (utterance.CutAtUs < 0 || heardUs < utterance.CutAtUs)
                {
                    state.Playbacks[count++] = new Playback
                    {
                        UtteranceId = utterance.Id,
                        PositionUs = heardUs,
                        AtNs = nowNs,
                        Rate = isMoving ? 1 : 0,
                    };
                }
            }
            state.PlaybackCount = count;
        }

        // Whether a sound that plays keeps the next one of the same head from being scheduled: nobody knows when it ends, or
        // that is too long hence.
        private static bool Holds(Utterance playing, double nowS)
        {
            var endS = EndS(playing);
            var isKnown = playing.CutAtUs < 0 && !playing.IsGrowing && (playing.Voice == null || playing.Voice.IsFlowing);
            return nowS < endS && (!isKnown || endS > nowS + AheadS);
        }

        private static double EndS(Utterance utterance)
        {
            var isCut = utterance.CutAtUs >= 0;
            return utterance.IsGrowing && !isCut
                ? double.PositiveInfinity
                : utterance.StartDspS + (isCut ? utterance.CutAtUs : utterance.DurationUs) / UsPerS;
        }

        // Where an utterance belongs by one that plays: in its place on the timeline, or right behind it. A voice that came in
        // parts has taken its own time.
        private static double BehindS(Utterance playing, Utterance next, bool isSameHead)
        {
            var follows = playing.Voice != null || next.StartUs - playing.StartUs - playing.DurationUs < GridUs;
            return isSameHead && follows && playing.CutAtUs < 0
                ? EndS(playing)
                : playing.StartDspS + (next.StartUs - playing.StartUs) / UsPerS;
        }

        private bool IsOver(Utterance utterance, double audioS)
        {
            if (utterance.State != UtteranceState.Playing)
            {
                return utterance.IsOver;
            }
            var heardUs = HeardUs(utterance, audioS);
            if (utterance.CutAtUs >= 0 && heardUs >= utterance.CutAtUs)
            {
                utterance.Become(UtteranceState.Cancelled);
            }
            else if (utterance.Voice != null ? utterance.Voice.HasEnded : heardUs > utterance.DurationUs + LingerUs)
            {
                utterance.Become(UtteranceState.Ended);
            }
            return utterance.IsOver;
        }
    }
}
