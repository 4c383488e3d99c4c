// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Linq;

namespace UnityEngine
{
    public enum AudioRolloffMode
    {
        Logarithmic,
        Linear,
        Custom,
    }

    public enum AudioVelocityUpdateMode
    {
        Auto,
        Fixed,
        Dynamic,
    }

    public enum AudioSourceCurveType
    {
        CustomRolloff,
        SpatialBlend,
        ReverbZoneMix,
        Spread,
    }

    public sealed class AnimationCurve
    {
    }

    public sealed class AudioClip : Object
    {
        private readonly float[] _samples;

        public int samples { get; }
        public int channels { get; }
        public int frequency { get; }
        public float length => samples / (float)frequency;

        /// <summary>Of the stub: whether its load type lets samples be read.</summary>
        public bool IsReadable = true;

        private AudioClip(string name, int samples, int channels, int frequency)
        {
            this.name = name;
            this.samples = samples;
            this.channels = channels;
            this.frequency = frequency;
            _samples = new float[samples * channels];
        }

        public static AudioClip Create(string name, int lengthSamples, int channels, int frequency, bool stream) =>
            new AudioClip(name, lengthSamples, channels, frequency);

        public bool GetData(float[] data, int offsetSamples)
        {
            if (IsReadable)
            {
                Array.Copy(_samples, offsetSamples * channels, data, 0, data.Length);
            }
            return IsReadable;
        }

        public bool SetData(float[] data, int offsetSamples)
        {
            Array.Copy(data, 0, _samples, offsetSamples * channels, data.Length);
            return true;
        }

        /// <summary>What the mixer takes: the sample nearest before a time, of the first channel.</summary>
        internal float At(double seconds) => _samples[channels * ((int)(seconds * frequency) % samples)];
    }

    /// <summary>A source that mixes on the sample: what it plays, from when to when, through the filters beside it.</summary>
    public sealed class AudioSource : Behaviour
    {
        private const double OutputHz = 48000;
        private readonly Dictionary<AudioSourceCurveType, AnimationCurve> _curves =
            new Dictionary<AudioSourceCurveType, AnimationCurve>();

        private double _startS = double.NaN;
        private double _endS = double.PositiveInfinity;
        private float _fromS;

        /// <summary>Of the stub: what was heard: from when on, which clip, from which place of it.</summary>
        public readonly List<(double DspS, AudioClip Clip, float FromS)> Starts = new List<(double, AudioClip, float)>();

        /// <summary>Of the stub: the loudest sample that came out of filters since it was asked last.</summary>
        public float Loudest { get; set; }

        public AudioClip clip { get; set; }
        public bool loop { get; set; }
        public bool mute { get; set; }
        public float volume { get; set; } = 1;
        public bool playOnAwake { get; set; } = true;
        public float pitch { get; set; } = 1;
        public float panStereo { get; set; }
        public float dopplerLevel { get; set; } = 1;
        public float minDistance { get; set; } = 1;
        public float maxDistance { get; set; } = 500;
        public int priority { get; set; } = 128;
        public float spatialBlend { get; set; }
        public bool spatialize { get; set; }
        public bool spatializePostEffects { get; set; }
        public bool bypassEffects { get; set; }
        public bool bypassListenerEffects { get; set; }
        public bool bypassReverbZones { get; set; }
        public bool ignoreListenerPause { get; set; }
        public bool ignoreListenerVolume { get; set; }
        public AudioRolloffMode rolloffMode { get; set; }
        public AudioVelocityUpdateMode velocityUpdateMode { get; set; }
        public Audio.AudioMixerGroup outputAudioMixerGroup { get; set; }

        public float time
        {
            get => _fromS;
            set => _fromS = value;
        }

        public bool isPlaying => !double.IsNaN(_startS);

        public AnimationCurve GetCustomCurve(AudioSourceCurveType type) =>
            _curves.TryGetValue(type, out var curve) ? curve : _curves[type] = new AnimationCurve();

        public void SetCustomCurve(AudioSourceCurveType type, AnimationCurve curve)
        {
            _curves[type] = curve;
            rolloffMode = type == AudioSourceCurveType.CustomRolloff ? AudioRolloffMode.Custom : rolloffMode;
        }

        public void PlayScheduled(double dspS)
        {
            _startS = Math.Max(dspS, AudioSettings.dspTime);
            _endS = double.PositiveInfinity;
            Starts.Add((_startS, clip, _fromS));
        }

        public void SetScheduledEndTime(double dspS) => _endS = dspS;

        public void Stop()
        {
            _startS = double.NaN;
            _fromS = 0;
        }

        internal void Mix(long firstSample, float[] data, float[] sum)
        {
            if (!isPlaying)
            {
                return;
            }
            var start = (long)Math.Round(_startS * OutputHz);
            var length = loop ? long.MaxValue / 2 : (long)Math.Round((clip.length - _fromS) * OutputHz);
            var end = (long)Math.Min(start + length, Math.Round(Math.Min(_endS, 1e9) * OutputHz));
            for (var frame = 0; frame < sum.Length; ++frame)
            {
                var now = firstSample + frame;
                var sample = now >= start && now < end ? clip.At((now - start) / OutputHz + _fromS) : 0;
                data[2 * frame] = data[2 * frame + 1] = sample;
            }
            foreach (var filter in gameObject.Components.OfType<MonoBehaviour>().ToList())
            {
                PlayMode.Filter(filter, data);
            }
            for (var frame = 0; frame < sum.Length; ++frame)
            {
                sum[frame] += mute ? 0 : volume * data[2 * frame];
                Loudest = Math.Max(Loudest, Math.Abs(data[2 * frame]));
            }
            if (firstSample + sum.Length >= end)
            {
                Stop();
            }
        }
    }
}

namespace UnityEngine.Audio
{
    public sealed class AudioMixerGroup : Object
    {
    }
}
