// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>One of the two.</summary>
    public sealed class ParticipantSetup
    {
        /// <summary>Name from the sidecar's list.</summary>
        public string Avatar = "";

        public Mood Mood;
        public Style Style;

        /// <summary>Where the head stands, 4 x 4, row-major, metres.</summary>
        public readonly float[] WorldFromHead = new float[16];
    }

    /// <summary>What a conversation is made of; asked for again, as it is then, whenever the sidecar was restarted.</summary>
    public sealed class ConversationSetup
    {
        public readonly ParticipantSetup[] Participants = { new ParticipantSetup(), new ParticipantSetup() };
        public Relationship Relationship;

        /// <summary>Pixels along each side of a frame; 0: the sidecar's default.</summary>
        public int FrameSizePx;

        /// <summary>1, or 2 for both eyes of a headset.</summary>
        public int Layers = 1;

        /// <summary>No frames: the engine draws the heads itself.</summary>
        public bool MotionOnly;

        /// <summary>Of the display; 0: unknown.</summary>
        public float PixelsPerDegree;

        /// <summary>Chance of blinks, nods and glances.</summary>
        public ulong Seed;

        /// <summary>Above 0: faces are shown so much later than their sound.</summary>
        public int AvOffsetMs;

        /// <summary>Returns the request that makes the conversation; alone: the head whose avatar both have, -1: none.</summary>
        public string Request(int alone = -1)
        {
            var json = new JsonWriter();
            json.Begin("protocolVersion").Field("major", (int)FrameRingLayout.Major);
            json.Field("minor", (int)FrameRingLayout.Minor).End();
            json.BeginList("participants");
            foreach (var participant in Participants)
            {
                json.BeginItem().Field("avatar", alone < 0 ? participant.Avatar : Participants[alone].Avatar);
                json.Field("worldFromHead", participant.WorldFromHead);
                participant.Mood.Write(json);
                participant.Style.Write(json);
                json.End();
            }
            json.EndList();
            Relationship.Write(json, "relationship");
            json.Begin("frames").Field("width", FrameSizePx).Field("height", FrameSizePx).Field("layers", Layers);
            json.Field("motionOnly", MotionOnly).Field("pixelsPerDegree", PixelsPerDegree).End();
            return json.Field("seed", Seed).Field("avOffsetMs", AvOffsetMs).ToString();
        }
    }
}
