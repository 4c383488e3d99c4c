// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// What is read and written of a conversation while it lives: through shared memory on this machine, over HTTP from
    /// another one. Nothing blocks. Main thread; made by the session's.
    /// </summary>
    public abstract class ConversationLink : IDisposable
    {
        /// <summary>Names the conversation in calls.</summary>
        public string Id { get; }

        /// <summary>Without any call for so long it is closed, milliseconds.</summary>
        public int LeaseMs { get; }

        protected ConversationLink(CreatedConversation created)
        {
            Id = created.Id;
            LeaseMs = created.LeaseMs;
        }

        /// <summary>Whether the sidecar has gone or is going: the session asks for the conversation again.</summary>
        public abstract bool IsLost { get; }

        /// <summary>Whether the sidecar has been silent for so long that the session had better ask whether it lives.</summary>
        public abstract bool IsDoubtful { get; }

        /// <summary>Copies a head's newest frame; false: the one there is has been read already.</summary>
        public abstract bool ReadFrame(int head, Frame frame);

        /// <summary>Takes over all motion that is new.</summary>
        public abstract void ReadMotion(MotionTrack track);

        /// <summary>Tells where the eyes and heads are, the light, and what is heard.</summary>
        public abstract void Write(EngineState state);

        /// <summary>Lets go of it; the conversation itself is closed by the session. Can be called twice.</summary>
        public abstract void Dispose();
    }
}
