// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Sound of a voice that is still coming, between the thread that brings it and the audio thread that plays it. It
    /// waits until enough is there, fades out before it runs dry, and then wants a little more: late chunks become a pause,
    /// never a stutter and never a click. The two threads share two counters and no lock; no garbage after the start.
    /// </summary>
    public sealed class VoiceBuffer
    {
        private const double GrowS = 0.04; // after each time that it ran dry ...
        private const double MostS = 0.4; // ... up to this

        private readonly float[] _samples; // a ring
        private readonly SoundRamp _ramp = new SoundRamp(1);
        private readonly double _rateHz;
        private long _written; // samples so far; the writer's
        private long _played; // whole samples before the playing position; the audio thread's
        private double _fraction; // of a sample behind _played; the audio thread's
        private double _waitS;
        private int _dryCount;
        private volatile bool _isWhole;
        private volatile bool _isElsewhere; // the audio clock began anew
        private volatile bool _isFlowing; // the audio thread's
        private double _fromDspS = double.PositiveInfinity;
        private double _startDspS = double.NaN;

        /// <summary>A buffer for sound of a rate that begins to play when `waitS` of it is there.</summary>
        public VoiceBuffer(int sampleRateHz, double holdS, double waitS)
        {
            _samples = new float[(int)Math.Ceiling(holdS * sampleRateHz)];
            _rateHz = sampleRateHz;
            _waitS = waitS;
        }

        /// <summary>Samples that can be written now.</summary>
        public int Room => _samples.Length - (int)(Volatile.Read(ref _written) - Volatile.Read(ref _played));

        /// <summary>How much has been played, seconds of the voice. Any thread.</summary>
        public double PlayedS => Volatile.Read(ref _played) / _rateHz;

        /// <summary>How much there is in all so far, seconds. Any thread.</summary>
        public double WrittenS => Volatile.Read(ref _written) / _rateHz;

        /// <summary>How often it ran dry. Any thread.</summary>
        public int DryCount => Volatile.Read(ref _dryCount);

        /// <summary>Whether it is being heard, rather than waiting or dry. Any thread.</summary>
        public bool IsFlowing => _isFlowing;

        /// <summary>When its first sample would have been mixed if it had never waited, on the audio clock. Any thread.</summary>
        public double StartDspS => Volatile.Read(ref _startDspS);

        /// <summary>Whether all of it has been played. Any thread.</summary>
        public bool HasEnded => _isWhole && Volatile.Read(ref _played) >= Volatile.Read(ref _written);

        /// <summary>Takes over as many samples as there is room for; returns how many.</summary>
        public int Write(float[] samples, int start, int count)
        {
            var written = _written;
            count = Math.Min(count, Room);
            for (var index = 0; index < count; ++index)
            {
                _samples[(written + index) % _samples.Length] = samples[start + index];
            }
            Volatile.Write(ref _written, written + count);
            return count;
        }

        /// <summary>Says that no more comes. The writer's thread.</summary>
        public void Finish()
        {
            _isWhole = true;
        }

        /// <summary>Lets it play from a moment of the audio clock on. Any thread.</summary>
        public void AllowFrom(double dspS)
        {
            Volatile.Write(ref _fromDspS, dspS);
        }

        /// <summary>Goes on by another audio clock: that of a new device. Any thread.</summary>
        public void MoveTo(double dspS)
        {
            _isElsewhere = true;
            AllowFrom(dspS);
        }

        /// <summary>
        /// The audio thread: multiplies what the engine made of a constant 1 (loudness and panning of the place) by the voice.
        /// dspS is the audio clock at the first of the data.
        /// </summary>
        public void Play(float[] data, int channels, int outputRateHz, double dspS)
        {
            if (_isElsewhere)
            {
                _isElsewhere = _isFlowing = false;
            }
            var step = _rateHz / outputRateHz;
            var fade = SoundRamp.StepAt(outputRateHz);
            var written = Volatile.Read(ref _written);
            var fromS = Volatile.Read(ref _fromDspS);
            for (var frame = 0; frame < data.Length / channels; ++frame)
            {
                var (wasFlowing, before) = (_isFlowing, _played);
                var nowS = dspS + frame / (double)outputRateHz;
                var sample = Flows(nowS >= fromS, written) ? Next(step, fade, written) : 0;
                if (_isFlowing && !wasFlowing)
                {
                    Volatile.Write(ref _startDspS, nowS - before / _rateHz);
                }
                for (var channel = 0; channel < channels; ++channel)
                {
                    data[frame * channels + channel] *= sample;
                }
            }
        }

        private bool Flows(bool mayPlay, long written)
        {
            var left = written - _played;
            if (!mayPlay || (_isWhole && left <= 0))
            {
                return _isFlowing = false;
            }
            if (_isFlowing && left < 2 && !_isWhole) // two samples are mixed
            {
                _isFlowing = false;
                _waitS = Math.Min(_waitS + GrowS, MostS);
                Volatile.Write(ref _dryCount, _dryCount + 1);
            }
            return _isFlowing = _isFlowing || _isWhole || left / _rateHz >= _waitS;
        }

        private float Next(double step, float fade, long written)
        {
            var here = _samples[_played % _samples.Length];
            var next = _played + 1 < written ? _samples[(_played + 1) % _samples.Length] : 0;
            var isRich = _isWhole || written - _played > SoundRamp.FullS * _rateHz + 1; // the last one is only mixed
            var sample = _ramp.Next(isRich, fade) * (here + (float)_fraction * (next - here));
            _fraction += step;
            var whole = (long)_fraction;
            _fraction -= whole;
            Volatile.Write(ref _played, Math.Min(_played + whole, written));
            return sample;
        }
    }
}
