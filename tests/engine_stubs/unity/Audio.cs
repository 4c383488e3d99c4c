// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace UnityEngine
{
    /// <summary>Mixes in buffers of 1024 samples at 48 kHz; its clock moves in steps of them, as Unity's does.</summary>
    public static class AudioSettings
    {
        private const int BufferSamples = 1024;
        private static readonly Stopwatch Host = new Stopwatch();
        private static readonly float[] Data = new float[2 * BufferSamples];
        private static long _buffers;
        private static double _skippedS;

        public delegate void AudioConfigurationChangeHandler(bool deviceWasChanged);

        public static event AudioConfigurationChangeHandler OnAudioConfigurationChanged;

        public static int outputSampleRate => 48000;
        public static double dspTime => _buffers * BufferSamples / 48000.0;

        /// <summary>Of the stub: how many listen.</summary>
        public static int Listeners => OnAudioConfigurationChanged?.GetInvocationList().Length ?? 0;

        public static void GetDSPBufferSize(out int bufferLength, out int numBuffers)
        {
            bufferLength = BufferSamples;
            numBuffers = 4;
        }

        /// <summary>Another device is chosen: every source stops, and whoever listens is told.</summary>
        public static void ChangeDevice()
        {
            Object.Living.OfType<AudioSource>().ToList().ForEach(source => source.Stop());
            OnAudioConfigurationChanged?.Invoke(true);
        }

        internal static void Begin() => Host.Start();

        // The audio thread: as many buffers as time has passed for, none while the listener is paused.
        internal static void Mix()
        {
            var dueS = Host.Elapsed.TotalSeconds - _skippedS;
            if (AudioListener.pause || PlayMode.IsPaused)
            {
                _skippedS += dueS - dspTime;
                return;
            }
            while (dspTime < dueS)
            {
                foreach (var source in Object.Living.OfType<AudioSource>())
                {
                    source.Mix(dspTime, BufferSamples, Data);
                }
                ++_buffers;
            }
        }
    }

    public static class AudioListener
    {
        public static bool pause { get; set; }
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
    }

    public sealed class AudioSource : Behaviour
    {
        private double _startS = double.NaN;
        private double _endS = double.PositiveInfinity;
        private float _fromS;

        /// <summary>Of the stub: what was heard: from when on, which clip, from which place of it.</summary>
        public readonly List<(double DspS, AudioClip Clip, float FromS)> Starts = new List<(double, AudioClip, float)>();

        /// <summary>Of the stub: when the last sound stopped, on the audio clock.</summary>
        public double StoppedS { get; private set; } = double.NaN;

        /// <summary>Of the stub: the loudest sample that came out of filters since it was asked last.</summary>
        public float Loudest { get; set; }

        public AudioClip clip { get; set; }
        public bool loop { get; set; }
        public bool playOnAwake { get; set; } = true;
        public float pitch { get; set; } = 1;
        public float spatialBlend { get; set; }
        public bool spatializePostEffects { get; set; }
        public float time
        {
            get => _fromS;
            set => _fromS = value;
        }

        public bool isPlaying => !double.IsNaN(_startS);

        public void Play() => PlayScheduled(AudioSettings.dspTime);

        public void PlayScheduled(double dspS)
        {
            _startS = dspS;
            _endS = double.PositiveInfinity;
            Starts.Add((dspS, clip, _fromS));
        }

        public void SetScheduledEndTime(double dspS) => _endS = dspS;

        public void Stop()
        {
            StoppedS = isPlaying ? AudioSettings.dspTime : StoppedS;
            _startS = double.NaN;
            _fromS = 0;
        }

        internal void Mix(double dspS, int count, float[] data)
        {
            if (!isPlaying || dspS < _startS)
            {
                return;
            }
            if (dspS >= _endS || (!loop && dspS - _startS + _fromS >= clip.length))
            {
                Stop();
                return;
            }
            Array.Fill(data, 1f);
            foreach (var filter in gameObject.Components.OfType<MonoBehaviour>().ToList())
            {
                PlayMode.Send(filter, "OnAudioFilterRead", new object[] { data, 2 });
            }
            Loudest = Math.Max(Loudest, data.Max(Math.Abs));
        }
    }
}
