// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Whether a head is so near that its picture must stand at its own depths: proto/README.md, "Late poses".</summary>
    public sealed class ViewerDistance
    {
        private const float NearM = 0.8f;
        private const float AwayM = 0.9f; // so that it does not flicker between the two

        public bool IsNear { get; private set; }

        /// <summary>Takes the distance from an eye to the head.</summary>
        public void Observe(float metres)
        {
            IsNear = metres < (IsNear ? AwayM : NearM);
        }
    }
}
