// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Sound of one head: a whole clip, or the next part of one. Immutable; any thread.</summary>
    public sealed class VoiceChunk
    {
        private readonly byte[] _audio; // 16-bit, little-endian
        private readonly int _participant;
        private readonly ulong _utteranceId;
        private readonly int _sampleRateHz;
        private readonly long _sequence;
        private readonly bool _isLast;
        private readonly bool _interrupts;

        /// <summary>Copies samples of full scale 1; what is louder is clipped.</summary>
        public VoiceChunk(
            int participant,
            ulong utteranceId,
            int sampleRateHz,
            float[] samples,
            int start,
            int count,
            long sequence = 0,
            bool isLast = true,
            bool interrupts = false)
        {
            _participant = participant;
            _utteranceId = utteranceId;
            _sampleRateHz = sampleRateHz;
            _sequence = sequence;
            _isLast = isLast;
            _interrupts = interrupts;
            _audio = new byte[2 * count];
            for (var index = 0; index < count; ++index)
            {
                var sample = (short)Math.Round(Math.Min(Math.Max(samples[start + index], -1f), 1f) * short.MaxValue);
                _audio[2 * index] = (byte)sample;
                _audio[2 * index + 1] = (byte)(sample >> 8);
            }
        }

        internal string Request(JsonWriter json, bool isPart)
        {
            json.Field("participant", SidecarCalls.NameOf(_participant)).Field("utteranceId", _utteranceId);
            json.Begin("format").Field("sampleRateHz", _sampleRateHz).Field("channels", 1);
            json.Field("sampleFormat", "SAMPLE_FORMAT_S16").End();
            if (isPart)
            {
                json.Field("sequence", _sequence).Field("last", _isLast);
            }
            return json.Field("interrupts", _interrupts).Field("audio", _audio, 0, _audio.Length).ToString();
        }
    }
}
