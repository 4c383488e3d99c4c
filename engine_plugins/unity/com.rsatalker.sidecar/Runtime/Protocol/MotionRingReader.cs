// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>One head at one instant.</summary>
    public sealed class HeadInstant
    {
        /// <summary>What it says; 0: nothing.</summary>
        public ulong UtteranceId;

        /// <summary>This instant on the utterance's own audio; IdleMediaUs: none.</summary>
        public long MediaUs;

        public readonly FlamePose Pose = new FlamePose();
    }

    /// <summary>Both heads at one instant. Hand the same object to every read: its memory is reused.</summary>
    public sealed class MotionInstant
    {
        /// <summary>From 1, without gaps unless the reader was away too long.</summary>
        public ulong Index;

        /// <summary>
        /// Instant of the conversation's timeline. If it is not later than its predecessor's, the future was changed:
        /// drop what you hold from this instant on.
        /// </summary>
        public long TimelineUs;

        /// <summary>Host clock.</summary>
        public long PublishedNs;

        /// <summary>In the order of the conversation's participants.</summary>
        public readonly HeadInstant[] Heads = { new HeadInstant(), new HeadInstant() };
    }

    /// <summary>Reads motion, oldest first. Never blocks; no garbage after the first instant. One thread.</summary>
    public sealed class MotionRingReader : IDisposable
    {
        private ulong _lastRead;

        /// <summary>State, heartbeat and expression space of the region.</summary>
        public SlotRing Ring { get; private set; }

        /// <summary>Opens the region of a conversation's motion.</summary>
        /// <exception cref="RegionException">It is missing, of another version or malformed.</exception>
        public MotionRingReader(string name)
        {
            Ring = new SlotRing(name, RegionKind.Motion, false);
        }

        /// <summary>Lets go of the memory. Can be called twice.</summary>
        public void Dispose()
        {
            Ring.Dispose();
        }

        /// <summary>
        /// Copies the oldest instant that has not been read and is still in the ring; false: there is none. Call until
        /// it returns false.
        /// </summary>
        /// <exception cref="RegionException">The slot is malformed; nothing outside it was touched.</exception>
        public bool ReadNext(MotionInstant instant)
        {
            if (!Ring.HasSettled())
            {
                return false;
            }
            var latest = Ring.Latest;
            var kept = Ring.Slots.SlotCount;
            _lastRead = Math.Min(_lastRead, latest);
            while (_lastRead < latest)
            {
                _lastRead = Math.Max(_lastRead + 1, latest >= kept ? latest - kept + 1 : 1);
                long slot;
                ulong sequence;
                if (!Ring.BeginRead(_lastRead, out slot, out sequence))
                {
                    continue; // already being overwritten: it is lost, the next one is not
                }
                Copy(slot, instant);
                if (!Ring.EndRead(slot, sequence))
                {
                    continue;
                }
                RegionException.DemandEqual("index", instant.Index % kept, _lastRead % kept);
                if (instant.Index == _lastRead) // otherwise a newer one lies there, whose turn comes
                {
                    return true;
                }
            }
            return false;
        }

        private void Copy(long slot, MotionInstant instant)
        {
            var region = Ring.Region;
            instant.Index = region.ReadUInt64(slot + MotionSlotLayout.Index);
            instant.TimelineUs = region.ReadInt64(slot + MotionSlotLayout.TimelineUs);
            instant.PublishedNs = region.ReadInt64(slot + MotionSlotLayout.PublishedNs);
            var head = slot + MotionSlotLayout.SizeBytes;
            foreach (var target in instant.Heads)
            {
                target.UtteranceId = region.ReadUInt64(head + ParticipantLayout.UtteranceId);
                target.MediaUs = region.ReadInt64(head + ParticipantLayout.MediaUs);
                var pose = head + ParticipantLayout.SizeBytes;
                target.Pose.Read(region, pose, pose + PoseLayout.SizeBytes, (int)Ring.Slots.ExpressionCount);
                head += (long)Ring.Slots.ParticipantStrideBytes;
            }
        }
    }
}
