// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// A consistent copy of a published frame. Hand the same object to every read: its memory is reused.
    /// </summary>
    public sealed class Frame
    {
        /// <summary>From 1; a gap means dropped frames.</summary>
        public ulong FrameNumber;

        /// <summary>What the head says; 0: nothing.</summary>
        public ulong UtteranceId;

        /// <summary>Instant of the conversation's timeline that the frame shows.</summary>
        public long TimelineUs;

        /// <summary>The same instant on the utterance's own audio; IdleMediaUs: none.</summary>
        public long MediaUs;

        /// <summary>The engine's pose that it was rendered for; 0: none.</summary>
        public ulong PoseId;

        /// <summary>Host clock: the pose was taken.</summary>
        public long RequestedNs;

        /// <summary>Host clock: the pixels were done.</summary>
        public long RenderedNs;

        /// <summary>Host clock: the frame was published.</summary>
        public long PublishedNs;

        public int Width;
        public int Height;

        /// <summary>Eyes: 1, or left and right.</summary>
        public int Layers;

        public PixelFormat Format;
        public FrameFlags Flags;

        /// <summary>Where the head stood; 4 x 4, row-major, metres.</summary>
        public readonly float[] WorldFromHead = new float[16];

        /// <summary>One per layer.</summary>
        public readonly View[] Views = { new View(), new View() };

        public readonly FlamePose Pose = new FlamePose();

        /// <summary>Layer after layer, rows without gaps, in Format; only the first ColorBytes belong to this frame.</summary>
        public byte[] Colors = new byte[0];

        /// <summary>Used bytes of Colors.</summary>
        public int ColorBytes;

        /// <summary>
        /// Layer after layer, metres along z, 0 where nothing is drawn; only the first DepthCount belong to this frame.
        /// </summary>
        public float[] Depths = new float[0];

        /// <summary>Used values of Depths; 0 without HasDepth.</summary>
        public int DepthCount;

        /// <summary>Of a sidecar on another machine: JPEG of all layers side by side instead of Colors; null otherwise.</summary>
        public byte[] ColorFile;

        /// <summary>The same of alpha, as grey levels.</summary>
        public byte[] AlphaFile;
    }
}
