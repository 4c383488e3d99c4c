// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace UnityEngine
{
    /// <summary>
    /// Mixes in buffers of 1024 samples at 48 kHz; its clock moves in steps of them, as Unity's does. A player that is held up
    /// leaves its device dry: the sound stands meanwhile, so that no stall of the machine jumps over what is said.
    /// </summary>
    public static class AudioSettings
    {
        private const int BufferSamples = 1024;
        private const double LongestFrames = 2; // as many lengths of a frame are heard while it lasts
        private static readonly Stopwatch Host = new Stopwatch();
        private static readonly float[] Data = new float[2 * BufferSamples];
        private static readonly float[] Sum = new float[BufferSamples];
        private static long _buffers;
        private static double _skippedS;
        private static double _dueS;

        public delegate void AudioConfigurationChangeHandler(bool deviceWasChanged);

        public static event AudioConfigurationChangeHandler OnAudioConfigurationChanged;

        public static int outputSampleRate => 48000;
        public static double dspTime => _buffers * BufferSamples / 48000.0;

        /// <summary>Of the stub: how many listen.</summary>
        public static int Listeners => OnAudioConfigurationChanged?.GetInvocationList().Length ?? 0;

        /// <summary>Of the stub: device time moves on while the player is stopped, for want of focus or by the editor.</summary>
        public static bool RunsWhileStopped { get; set; }

        public static void GetDSPBufferSize(out int bufferLength, out int numBuffers)
        {
            bufferLength = BufferSamples;
            numBuffers = 4;
        }

        /// <summary>Another device is chosen: every source stops, and whoever listens is told.</summary>
        public static void ChangeDevice(bool clockBeginsAnew)
        {
            Object.Living.OfType<AudioSource>().ToList().ForEach(source => source.Stop());
            if (clockBeginsAnew)
            {
                _skippedS += dspTime;
                _dueS -= dspTime;
                _buffers = 0;
            }
            OnAudioConfigurationChanged?.Invoke(true);
        }

        internal static void Begin() => Host.Start();

        // The audio thread: as many buffers as a frame has lasted for, none while the listener is paused.
        internal static void Mix(int frameMs)
        {
            var isPaused = AudioListener.pause || (PlayMode.IsStopped && !RunsWhileStopped);
            var longestDueS = isPaused ? dspTime : _dueS + LongestFrames * frameMs / 1000;
            var wallS = Host.Elapsed.TotalSeconds - _skippedS;
            _dueS = Math.Min(wallS, longestDueS);
            _skippedS += wallS - _dueS;
            while (dspTime < _dueS)
            {
                Array.Clear(Sum, 0, Sum.Length);
                foreach (var source in Object.Living.OfType<AudioSource>())
                {
                    source.Mix(_buffers * BufferSamples, Data, Sum);
                }
                AudioListener.Hear(Sum);
                ++_buffers;
            }
        }
    }

    public static class AudioListener
    {
        /// <summary>Of the stub: samples of the mix of all sources since it was last cleared; null: nobody records.</summary>
        public static List<float> Heard { get; set; }

        public static bool pause { get; set; }

        internal static void Hear(float[] samples) => Heard?.AddRange(samples);
    }
}
