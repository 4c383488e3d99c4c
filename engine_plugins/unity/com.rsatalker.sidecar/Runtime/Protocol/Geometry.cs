// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Where the slots of a region are and what fits into them; checked against the mapping's size.</summary>
    public struct Geometry
    {
        private const ulong SlotAlignment = 64;

        public ulong SlotCount;
        public ulong SlotStrideBytes;
        public ulong SlotsOffsetBytes;
        public uint Width;
        public uint Height;
        public uint Layers;
        public uint ExpressionCount;
        public ulong ParticipantStrideBytes;

        /// <summary>
        /// Reads the geometry of a header. Fields are checked in the order of the Python reader, so that both name the
        /// same one.
        /// </summary>
        /// <exception cref="RegionException">A field is out of bounds.</exception>
        public static Geometry Read(SharedRegion region, RegionKind kind)
        {
            var found = new Geometry
            {
                SlotCount = region.ReadUInt32(RegionHeaderLayout.SlotCount),
                SlotStrideBytes = region.ReadUInt64(RegionHeaderLayout.SlotStrideBytes),
                SlotsOffsetBytes = region.ReadUInt64(RegionHeaderLayout.SlotsOffsetBytes),
                Width = region.ReadUInt32(RegionHeaderLayout.Width),
                Height = region.ReadUInt32(RegionHeaderLayout.Height),
                Layers = region.ReadUInt32(RegionHeaderLayout.Layers),
                ExpressionCount = region.ReadUInt32(RegionHeaderLayout.ExpressionCount),
                ParticipantStrideBytes = region.ReadUInt64(RegionHeaderLayout.ParticipantStrideBytes),
            };
            found.Check(region.ReadUInt32(RegionHeaderLayout.SlotHeaderBytes), kind, (ulong)region.SizeBytes);
            return found;
        }

        /// <summary>Size of the header of a slot of this kind.</summary>
        public static int SlotHeaderBytes(RegionKind kind)
        {
            switch (kind)
            {
                case RegionKind.Frames:
                    return FrameSlotLayout.SizeBytes;
                case RegionKind.Motion:
                    return MotionSlotLayout.SizeBytes;
                default:
                    return EngineSlotLayout.SizeBytes;
            }
        }

        private void Check(uint slotHeaderBytes, RegionKind kind, ulong regionBytes)
        {
            var slotHeader = (ulong)SlotHeaderBytes(kind);
            RegionException.DemandEqual("slot_header_bytes", slotHeaderBytes, slotHeader);
            RegionException.DemandWithin("slot_count", SlotCount, 2, FrameRingLayout.MaxSlotCount);
            RegionException.DemandWithin(
                "slots_offset_bytes", SlotsOffsetBytes, RegionHeaderLayout.SizeBytes, regionBytes);
            RegionException.DemandWithin("slot_stride_bytes", SlotStrideBytes, slotHeader, regionBytes);
            RegionException.DemandMultiple("slots_offset_bytes", SlotsOffsetBytes, SlotAlignment);
            RegionException.DemandMultiple("slot_stride_bytes", SlotStrideBytes, SlotAlignment);
            RegionException.DemandMultiple("participant_stride_bytes", ParticipantStrideBytes, SlotAlignment);
            RegionException.DemandWithin("slot_count", SlotCount, 2, (regionBytes - SlotsOffsetBytes) / SlotStrideBytes);
            RegionException.DemandWithin("expression_count", ExpressionCount, 0, FrameRingLayout.MaxExpressions);
            if (kind == RegionKind.Frames)
            {
                RegionException.DemandWithin("width", Width, 1, FrameRingLayout.MaxFrameSize);
                RegionException.DemandWithin("height", Height, 1, FrameRingLayout.MaxFrameSize);
                RegionException.DemandWithin("layers", Layers, 1, FrameRingLayout.MaxLayers);
            }
            if (kind == RegionKind.Motion)
            {
                var least = (ulong)(ParticipantLayout.SizeBytes + PoseLayout.SizeBytes) + 4ul * ExpressionCount;
                var room = (SlotStrideBytes - slotHeader) / FrameRingLayout.Participants;
                RegionException.DemandWithin("participant_stride_bytes", ParticipantStrideBytes, least, room);
            }
        }
    }
}
