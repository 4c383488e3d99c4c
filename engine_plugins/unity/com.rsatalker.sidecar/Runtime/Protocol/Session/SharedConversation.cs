// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>A conversation of a sidecar on this machine, in shared memory. No garbage per frame. Main thread.</summary>
    public sealed class SharedConversation : ConversationLink
    {
        private readonly FrameRingReader[] _frames;
        private readonly MotionRingReader _motion;
        private readonly EngineRegionWriter _engine;

        /// <summary>Opens the regions.</summary>
        /// <exception cref="RegionException">One cannot be opened; none is left open.</exception>
        public SharedConversation(CreatedConversation created)
            : base(created)
        {
            _frames = new FrameRingReader[created.FrameRegions.Count];
            try
            {
                for (var head = 0; head < _frames.Length; ++head)
                {
                    _frames[head] = new FrameRingReader(created.FrameRegions[head]);
                }
                _motion = new MotionRingReader(created.MotionRegion);
                _engine = new EngineRegionWriter(created.EngineRegion);
            }
            catch (RegionException)
            {
                Dispose();
                throw;
            }
        }

        public override bool IsLost => _motion.Ring.State == RegionState.Stopping;

        public override bool IsDoubtful => _motion.Ring.WriterIsLost; // or just starved by a busy machine

        public override bool ReadFrame(int head, Frame frame)
        {
            return head < _frames.Length && _frames[head].ReadLatest(frame);
        }

        public override void ReadMotion(MotionTrack track)
        {
            track.Reserve((int)_motion.Ring.Slots.ExpressionCount);
            while (_motion.ReadNext(track.Next))
            {
                track.Commit();
            }
        }

        public override void Write(EngineState state)
        {
            _engine.Write(state);
        }

        public override void Dispose()
        {
            foreach (var frames in _frames)
            {
                frames?.Dispose();
            }
            _motion?.Dispose();
            _engine?.Dispose();
        }
    }
}
