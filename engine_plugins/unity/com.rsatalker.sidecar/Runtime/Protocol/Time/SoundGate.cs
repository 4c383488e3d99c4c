// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Opens and closes a sound on moments of the audio clock, faded over 5 ms. The main thread says when, the audio thread
    /// applies it; no lock, no garbage.
    /// </summary>
    public sealed class SoundGate
    {
        private const int Kept = 0;
        private const int Opened = 1;
        private const int Closed = 2;

        private readonly SoundRamp _ramp = new SoundRamp(1);
        private double _fromS = double.NegativeInfinity;
        private double _untilS = double.PositiveInfinity;
        private int _order = Kept; // for the audio thread

        /// <summary>Lets a sound through from its own beginning, which needs no fade.</summary>
        public void Open()
        {
            Order(double.NegativeInfinity, Opened);
        }

        /// <summary>Fades a sound in that begins in its middle.</summary>
        public void OpenAt(double dspS)
        {
            Order(dspS, Closed);
        }

        /// <summary>Makes a sound silent up to a moment; if that is too near, as soon as it can be without a click.</summary>
        public void CloseAt(double dspS)
        {
            Volatile.Write(ref _untilS, dspS);
        }

        /// <summary>The audio thread: dspS is the audio clock at the first of the data.</summary>
        public void Apply(float[] data, int channels, int outputRateHz, double dspS)
        {
            var order = Interlocked.Exchange(ref _order, Kept);
            if (order != Kept)
            {
                _ramp.Set(order == Opened ? 1 : 0);
            }
            var fromS = Volatile.Read(ref _fromS);
            var closesS = Volatile.Read(ref _untilS) - SoundRamp.FullS;
            var step = SoundRamp.StepAt(outputRateHz);
            for (var frame = 0; frame < data.Length / channels; ++frame)
            {
                var nowS = dspS + frame / (double)outputRateHz;
                var gain = _ramp.Next(nowS >= fromS && nowS < closesS, step);
                for (var channel = 0; channel < channels; ++channel)
                {
                    data[frame * channels + channel] *= gain;
                }
            }
        }

        private void Order(double fromS, int order)
        {
            Volatile.Write(ref _untilS, double.PositiveInfinity);
            Volatile.Write(ref _fromS, fromS);
            Volatile.Write(ref _order, order);
        }
    }
}
