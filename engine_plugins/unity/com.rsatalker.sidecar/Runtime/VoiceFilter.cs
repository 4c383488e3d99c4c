// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// What the sound of the AudioSource beside it goes through: a gate that cuts without a click, and for a growing voice its
    /// buffer: the source plays a constant 1, so that what arrives here is the loudness of the place, and is multiplied by the
    /// voice. Made by its head; audio thread.
    /// </summary>
    [AddComponentMenu("")]
    internal sealed class VoiceFilter : MonoBehaviour
    {
        private volatile VoiceBuffer _buffer;
        private volatile int _outputRateHz = 48000;

        /// <summary>Says when the sound begins and ends. Main thread.</summary>
        public SoundGate Gate { get; } = new SoundGate();

        /// <summary>The voice that sounds; null: a clip, or nothing. Main thread.</summary>
        public VoiceBuffer Buffer
        {
            set
            {
                _outputRateHz = AudioSettings.outputSampleRate;
                _buffer = value;
            }
        }

        private void OnAudioFilterRead(float[] data, int channels)
        {
            var dspS = AudioSettings.dspTime;
            _buffer?.Play(data, channels, _outputRateHz, dspS);
            Gate.Apply(data, channels, _outputRateHz, dspS);
        }
    }
}
