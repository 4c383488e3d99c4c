// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>How far a conversation is; a sentence stands beside it.</summary>
    public enum SessionState
    {
        /// <summary>Not started, or stopped.</summary>
        Stopped,

        /// <summary>No sidecar has been found yet; it goes on looking.</summary>
        Searching,

        /// <summary>One was found and makes the conversation.</summary>
        Connecting,

        /// <summary>Both heads live.</summary>
        Live,

        /// <summary>The sidecar went away; it goes on looking.</summary>
        Lost,

        /// <summary>The sidecar refused; the sentence says what to do. It is asked again every two seconds.</summary>
        Refused,
    }
}
