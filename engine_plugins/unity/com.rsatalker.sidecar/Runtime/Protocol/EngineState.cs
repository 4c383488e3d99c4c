// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Where the engine is in one utterance.</summary>
    public struct Playback
    {
        /// <summary>As given by the sidecar.</summary>
        public ulong UtteranceId;

        /// <summary>What is heard at AtNs, on the utterance's own audio; negative before its start.</summary>
        public long PositionUs;

        /// <summary>Host clock.</summary>
        public long AtNs;

        /// <summary>Seconds of audio per second; 0: paused.</summary>
        public float Rate;
    }

    /// <summary>Everything that the engine tells the sidecar at one tick. Keep one and fill it anew.</summary>
    public sealed class EngineState
    {
        /// <summary>From 1, one more for each prediction.</summary>
        public ulong PoseId;

        /// <summary>Host clock: when the predicted pose will be on display; 0: unknown.</summary>
        public long DisplayNs;

        /// <summary>Used entries of Eyes: 0: no viewer yet; 1; or left and right.</summary>
        public int EyeCount;

        /// <summary>Where the eyes will be at DisplayNs.</summary>
        public readonly View[] Eyes = { new View(), new View() };

        /// <summary>Anchor of each head, 2 x 4 x 4, row-major, metres.</summary>
        public readonly float[] WorldFromHead = new float[32];

        /// <summary>Whether Probe, KeyDirection and KeyColor are set; otherwise the sidecar keeps its own light.</summary>
        public bool HasLight;

        /// <summary>Light probe, 9 x 3: real spherical harmonics of order 2, linear RGB radiance.</summary>
        public readonly float[] Probe = new float[27];

        /// <summary>Unit vector from the heads towards the key light.</summary>
        public readonly float[] KeyDirection = new float[3];

        /// <summary>Linear RGB irradiance of the key light divided by pi.</summary>
        public readonly float[] KeyColor = new float[3];

        /// <summary>Used entries of Playbacks.</summary>
        public int PlaybackCount;

        /// <summary>Utterances that are playing.</summary>
        public readonly Playback[] Playbacks = new Playback[FrameRingLayout.MaxPlaybacks];

        /// <summary>Becomes equal to another state.</summary>
        public void CopyFrom(EngineState other)
        {
            PoseId = other.PoseId;
            DisplayNs = other.DisplayNs;
            EyeCount = other.EyeCount;
            for (var eye = 0; eye < Eyes.Length; ++eye)
            {
                Eyes[eye].CopyFrom(other.Eyes[eye]);
            }
            Array.Copy(other.WorldFromHead, WorldFromHead, WorldFromHead.Length);
            HasLight = other.HasLight;
            Array.Copy(other.Probe, Probe, Probe.Length);
            Array.Copy(other.KeyDirection, KeyDirection, KeyDirection.Length);
            Array.Copy(other.KeyColor, KeyColor, KeyColor.Length);
            PlaybackCount = other.PlaybackCount;
            Array.Copy(other.Playbacks, Playbacks, Playbacks.Length);
        }
    }
}
