// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>How far an utterance is.</summary>
    public enum UtteranceState
    {
        /// <summary>On its way to the sidecar.</summary>
        Sent,

        /// <summary>Waits for its motion, or behind another utterance.</summary>
        Waiting,

        /// <summary>Its sound has a start.</summary>
        Playing,
        Ended,
        Cancelled,

        /// <summary>It was not said; the sentence says why.</summary>
        Failed,
    }

    /// <summary>One thing that one head says. Any thread, but for StartDspS and Voice: the main one's.</summary>
    public sealed class Utterance
    {
        private int _state;
        private long _startUs;
        private long _durationUs;
        private long _cutAtUs = -1;
        private volatile bool _isGrowing;
        private volatile string _sentence = "";

        public ulong Id { get; }

        /// <summary>0 or 1: who says it.</summary>
        public int Participant { get; }

        /// <summary>Whether its sound is still coming, so that its length is not known yet.</summary>
        public bool IsGrowing
        {
            get => _isGrowing;
            set => _isGrowing = value;
        }

        /// <summary>When its first sample is mixed, seconds of the audio clock; NaN: not yet known.</summary>
        public double StartDspS { get; set; } = double.NaN;

        /// <summary>Where its sound was cut, on its own time, microseconds; -1: it was not.</summary>
        public long CutAtUs
        {
            get => Volatile.Read(ref _cutAtUs);
            set => Volatile.Write(ref _cutAtUs, value);
        }

        /// <summary>The buffer that plays it, if its sound comes in parts; null: the engine plays a clip.</summary>
        public VoiceBuffer Voice { get; set; }

        /// <summary>An utterance that is on its way; the id is one that the conversation has not seen yet.</summary>
        public Utterance(ulong id, int participant, bool isGrowing)
        {
            Id = id;
            Participant = participant;
            IsGrowing = isGrowing;
        }

        public UtteranceState State => (UtteranceState)Volatile.Read(ref _state);

        /// <summary>Why it failed; empty otherwise.</summary>
        public string Sentence => _sentence;

        /// <summary>Where its first sample stands on the conversation's timeline, microseconds.</summary>
        public long StartUs => Volatile.Read(ref _startUs);

        /// <summary>Its length so far, microseconds.</summary>
        public long DurationUs => Volatile.Read(ref _durationUs);

        /// <summary>Whether it is over, one way or another.</summary>
        public bool IsOver => State >= UtteranceState.Ended;

        /// <summary>Takes the sidecar's answer. Any thread.</summary>
        public void Placed(long startUs, long durationUs)
        {
            Volatile.Write(ref _durationUs, durationUs);
            Volatile.Write(ref _startUs, startUs);
            Interlocked.CompareExchange(ref _state, (int)UtteranceState.Waiting, (int)UtteranceState.Sent);
        }

        /// <summary>Goes over to a state. Any thread.</summary>
        public void Become(UtteranceState state)
        {
            Volatile.Write(ref _state, (int)state);
        }

        /// <summary>Says why it was not said, or not to its end. Any thread.</summary>
        public void Fail(string sentence)
        {
            _sentence = sentence;
            Become(UtteranceState.Failed);
        }
    }
}
