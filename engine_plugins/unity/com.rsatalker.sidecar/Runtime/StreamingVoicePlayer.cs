// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// Lets a growing voice sound through the AudioSource beside it: the source plays a constant 1, so that what arrives here
    /// is the loudness of the place, and is multiplied by the voice. Made by its head; audio thread.
    /// </summary>
    [AddComponentMenu("")]
    internal sealed class StreamingVoicePlayer : MonoBehaviour
    {
        private volatile VoiceBuffer _buffer;
        private volatile int _outputRateHz = 48000;

        /// <summary>What sounds; null: nothing. Main thread.</summary>
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
            var buffer = _buffer;
            if (buffer != null)
            {
                buffer.Play(data, channels, _outputRateHz, AudioSettings.dspTime);
            }
        }
    }
}
