// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Diagnostics;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// A region seen as slots with one writer and any number of readers; no side ever waits. One thread.
    /// </summary>
    public sealed class SlotRing : IDisposable
    {
        private const int OpenAttempts = 1000; // looks at a layout that is being changed: far more than a change takes
        private const long NsPerMs = 1000000;
        private const ulong NoGeneration = ulong.MaxValue; // odd: no layout has it

        private readonly RegionKind _kind;
        private readonly int _sequenceEnd;
        private ulong _generation;
        private Geometry _slots;

        /// <summary>The memory.</summary>
        public SharedRegion Region { get; private set; }

        /// <summary>Where the slots are.</summary>
        public Geometry Slots
        {
            get { return _slots; }
        }

        /// <summary>What the expression coefficients mean; empty in an engine region.</summary>
        public string ExpressionSpace { get; private set; }

        /// <summary>Opens another process's region and checks its header.</summary>
        /// <exception cref="RegionException">It is missing, of another version or malformed.</exception>
        public SlotRing(string name, RegionKind kind, bool writable)
        {
            _kind = kind;
            _sequenceEnd = SequenceEnd(kind);
            Region = new SharedRegion(name, writable);
            try
            {
                RegionHeader.Check(Region, name, kind);
                TakeSettledGeometry(name);
                ExpressionSpace = RegionHeader.ExpressionSpace(Region);
                if (writable)
                {
                    Region.WriteUInt64(RegionHeaderLayout.WriterPid, (ulong)Process.GetCurrentProcess().Id);
                }
            }
            catch (RegionException)
            {
                Region.Dispose();
                throw;
            }
        }

        /// <summary>Lets go of the memory. Can be called twice.</summary>
        public void Dispose()
        {
            Region.Dispose();
        }

        /// <summary>Number of the newest publication; 0: none yet.</summary>
        public ulong Latest
        {
            get { return Region.ReadCounter(RegionHeaderLayout.Latest); }
        }

        /// <summary>What the writer said last; it may have died since: see WriterIsLost.</summary>
        public RegionState State
        {
            get { return (RegionState)Region.ReadUInt32(RegionHeaderLayout.State); }
        }

        /// <summary>Nanoseconds since the writer's last sign of life.</summary>
        public long HeartbeatAgeNs
        {
            get
            {
                var beatNs = Region.ReadInt64(RegionHeaderLayout.HeartbeatNs);
                return beatNs == 0 ? long.MaxValue : HostClock.NowNs - beatNs;
            }
        }

        /// <summary>Whether the writer is closing or silent for too long: ask for the conversation again.</summary>
        public bool WriterIsLost
        {
            get { return State == RegionState.Stopping || HeartbeatAgeNs > FrameRingLayout.StaleMs * NsPerMs; }
        }

        /// <summary>Follows a new generation of the layout; false while the writer is still changing it.</summary>
        /// <exception cref="RegionException">The new layout is malformed.</exception>
        public bool HasSettled()
        {
            var generation = Region.ReadCounter(RegionHeaderLayout.Generation);
            if (generation % 2 != 0)
            {
                return false;
            }
            if (generation != _generation)
            {
                try
                {
                    TakeGeometry();
                }
                catch (RegionException)
                {
                    if (generation == Region.ReadCounter(RegionHeaderLayout.Generation))
                    {
                        throw;
                    }
                }
            }
            Thread.MemoryBarrier();
            if (generation == Region.ReadCounter(RegionHeaderLayout.Generation))
            {
                return true;
            }
            _generation = NoGeneration;
            return false;
        }

        /// <summary>Starts to read a publication; false if its slot is being written.</summary>
        public bool BeginRead(ulong number, out long slot, out ulong sequence)
        {
            slot = Slot(number);
            sequence = Region.ReadCounter(slot);
            return sequence != 0 && sequence % 2 == 0 && Region.ReadUInt64(slot + _sequenceEnd) == sequence;
        }

        /// <summary>Whether what was copied since BeginRead is whole.</summary>
        public bool EndRead(long slot, ulong sequence)
        {
            Thread.MemoryBarrier();
            return Region.ReadCounter(slot) == sequence
                && Region.ReadCounter(RegionHeaderLayout.Generation) == _generation;
        }

        /// <summary>Returns the offset of the slot to write; no reader takes it for whole until EndWrite.</summary>
        public long BeginWrite()
        {
            var slot = Slot(Latest + 1);
            Region.WriteCounter(slot, Region.ReadCounter(slot) | 1);
            Thread.MemoryBarrier();
            return slot;
        }

        /// <summary>Declares the slot from BeginWrite whole and announces it.</summary>
        public void EndWrite()
        {
            var number = Latest + 1;
            var slot = Slot(number);
            var whole = Region.ReadCounter(slot) + 1;
            Region.WriteCounter(slot + _sequenceEnd, whole);
            Region.WriteCounter(slot, whole);
            Region.WriteCounter(RegionHeaderLayout.Latest, number);
            Beat(RegionState.Live);
        }

        /// <summary>Shows that the writer lives and what it is doing; at least every BeatMs.</summary>
        public void Beat(RegionState state)
        {
            Region.WriteUInt32(RegionHeaderLayout.State, (uint)state);
            Region.WriteInt64(RegionHeaderLayout.HeartbeatNs, HostClock.NowNs);
        }

        private static int SequenceEnd(RegionKind kind)
        {
            switch (kind)
            {
                case RegionKind.Frames:
                    return FrameSlotLayout.SeqEnd;
                case RegionKind.Motion:
                    return MotionSlotLayout.SeqEnd;
                default:
                    return EngineSlotLayout.SeqEnd;
            }
        }

        private long Slot(ulong number)
        {
            return (long)(_slots.SlotsOffsetBytes + number % _slots.SlotCount * _slots.SlotStrideBytes);
        }

        private void TakeGeometry()
        {
            var generation = Region.ReadCounter(RegionHeaderLayout.Generation);
            _slots = Geometry.Read(Region, _kind);
            _generation = generation; // only now: a layout that is refused is refused again at the next look
        }

        // Takes the geometry, also while the writer is changing the layout.
        private void TakeSettledGeometry(string name)
        {
            for (var attempt = 0; attempt < OpenAttempts; ++attempt)
            {
                var generation = Region.ReadCounter(RegionHeaderLayout.Generation);
                try
                {
                    TakeGeometry();
                    return;
                }
                catch (RegionException)
                {
                    if (generation % 2 == 0 && generation == Region.ReadCounter(RegionHeaderLayout.Generation))
                    {
                        throw;
                    }
                }
            }
            throw new RegionException(
                RegionProblem.RegionNotFound,
                "",
                "Region " + name + " is being laid out anew. Ask for the conversation again.");
        }
    }
}
