// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Which utterance sounds when, and what of it is heard now. The sound leads and the face follows: a sound starts once
    /// the first of its motion is there, later if motion is late, and in its place on the timeline if another one is
    /// sounding. No garbage per frame. Main thread.
    /// </summary>
    public sealed class SoundSchedule
    {
        private const double UsPerS = 1e6;
        private const long LingerUs = 500000; // so long a clip that is over is still reported

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
                if ((isWaiting && other.Id < utterance.Id) || (Sounds(other, nowS) && other.Participant == utterance.Participant))
                {
                    return double.NaN;
                }
                if (!isWaiting && !double.IsNaN(other.StartDspS))
                {
                    startS = Math.Max(startS, other.StartDspS + (utterance.StartUs - other.StartUs) / UsPerS);
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
            if (utterance.Voice != null && !utterance.Voice.IsFlowing)
            {
                return (long)(utterance.Voice.PlayedS * UsPerS);
            }
            return (long)((audioS - OutputDelayS - utterance.StartDspS) * UsPerS);
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

        private bool Sounds(Utterance utterance, double audioS)
        {
            var lastUs = utterance.CutAtUs >= 0 ? utterance.CutAtUs : utterance.DurationUs;
            return utterance.State == UtteranceState.Playing
                && (utterance.IsGrowing || audioS < utterance.StartDspS + lastUs / UsPerS);
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
