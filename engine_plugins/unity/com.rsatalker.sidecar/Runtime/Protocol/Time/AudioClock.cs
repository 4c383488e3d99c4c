// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// The engine's audio clock, made smooth: Unity's dspTime moves in steps of a DSP buffer (1024 samples at 48 kHz:
    /// 21 ms), too coarse for lips. Its true value lies between the last step and the next one; this follows the middle
    /// slowly and never leaves those bounds. A sound card that runs fast or slow against the host clock is followed. No
    /// garbage. One thread.
    /// </summary>
    public sealed class AudioClock
    {
        private const double SettleS = 1.0; // time constant: some fifty steps
        private const double JumpS = 0.5; // farther off: the device was changed
        private const double StoppedSteps = 4; // without a step for so many, the clock stands
        private const double LeastStoppedS = 0.15;
        private const double NsPerS = 1e9;

        private double _stepS;
        private double _offsetS = double.NaN; // audio clock less host clock
        private double _stoodS; // value while it stands
        private double _lastDspS = double.NaN;
        private long _changedNs;
        private long _lastNs;

        /// <summary>Whether the clock stands: the engine is paused, or has no audio device.</summary>
        public bool IsStopped { get; private set; } = true;

        /// <summary>Begins anew, e.g. with another device.</summary>
        public void Reset(double stepS)
        {
            _stepS = stepS;
            _offsetS = _lastDspS = double.NaN;
            IsStopped = true;
        }

        /// <summary>Takes what the engine's clock says now; once a frame.</summary>
        public void Observe(double dspS, long nowNs)
        {
            if (dspS != _lastDspS)
            {
                var wasStopped = IsStopped;
                IsStopped = double.IsNaN(_lastDspS);
                _offsetS = wasStopped ? double.NaN : _offsetS; // time went on meanwhile, the audio clock did not
                _lastDspS = dspS;
                _changedNs = nowNs;
            }
            else if ((nowNs - _changedNs) / NsPerS > Math.Max(StoppedSteps * _stepS, LeastStoppedS))
            {
                _stoodS = dspS;
                IsStopped = true;
            }
            Follow(dspS - nowNs / NsPerS, (nowNs - _lastNs) / NsPerS);
            _lastNs = nowNs;
        }

        /// <summary>What the clock says at a moment of the host clock, seconds.</summary>
        public double At(long hostNs)
        {
            return IsStopped || double.IsNaN(_offsetS) ? StoodOr(_lastDspS) : _offsetS + hostNs / NsPerS;
        }

        private double StoodOr(double otherS)
        {
            return IsStopped && !double.IsNaN(_lastDspS) ? Math.Max(_stoodS, otherS) : double.IsNaN(otherS) ? 0 : otherS;
        }

        private void Follow(double offsetS, double elapsedS)
        {
            var middleS = offsetS + _stepS / 2;
            if (double.IsNaN(_offsetS) || Math.Abs(middleS - _offsetS) > JumpS)
            {
                _offsetS = middleS;
            }
            _offsetS += Math.Min(elapsedS / SettleS, 1) * (middleS - _offsetS);
            _offsetS = Math.Min(Math.Max(_offsetS, offsetS), offsetS + _stepS);
        }
    }
}
