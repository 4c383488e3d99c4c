// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Geometry.h"

#include <string>

namespace RsaTalker
{
namespace
{
constexpr std::uint64_t SlotAlignment = 64;

std::uint64_t SlotHeaderBytes(RegionKind Kind)
{
    switch (Kind)
    {
    case RegionKind::Frames:
        return sizeof(FrameSlot);
    case RegionKind::Motion:
        return sizeof(MotionSlot);
    default:
        return sizeof(EngineSlot);
    }
}
} // namespace

std::size_t SequenceEndOffset(RegionKind Kind)
{
    switch (Kind)
    {
    case RegionKind::Frames:
        return offsetof(FrameSlot, SeqEnd);
    case RegionKind::Motion:
        return offsetof(MotionSlot, SeqEnd);
    default:
        return offsetof(EngineSlot, SeqEnd);
    }
}

bool DemandWithin(std::string_view Field, std::uint64_t Found, std::uint64_t Least, std::uint64_t Most, Problem& Why)
{
    return (Least <= Found && Found <= Most) ||
           Why.Refuse(Field, std::to_string(Found), std::to_string(Least) + " to " + std::to_string(Most));
}

bool DemandEqual(std::string_view Field, std::uint64_t Found, std::uint64_t Expected, Problem& Why)
{
    return Found == Expected || Why.Refuse(Field, std::to_string(Found), std::to_string(Expected));
}

bool DemandMultiple(std::string_view Field, std::uint64_t Found, std::uint64_t Unit, Problem& Why)
{
    return Found % Unit == 0 || Why.Refuse(Field, std::to_string(Found), "a multiple of " + std::to_string(Unit));
}

bool ReadGeometry(const RegionHeader& Header, RegionKind Kind, std::uint64_t RegionBytes, Geometry& Found, Problem& Why)
{
    Found = {Header.SlotCount, Header.SlotStrideBytes, Header.SlotsOffsetBytes, Header.Width,
             Header.Height,    Header.Layers,          Header.ExpressionCount,  Header.ParticipantStrideBytes};
    const std::uint64_t SlotHeader = SlotHeaderBytes(Kind);
    // RegionBytes is at most 2^63 and SlotCount at most MaxSlotCount: the division keeps the product from overflowing.
    const bool IsInside =
        DemandEqual("slot_header_bytes", Header.SlotHeaderBytes, SlotHeader, Why) &&
        DemandWithin("slot_count", Found.SlotCount, 2, MaxSlotCount, Why) &&
        DemandWithin("slots_offset_bytes", Found.SlotsOffsetBytes, sizeof(RegionHeader), RegionBytes, Why) &&
        DemandWithin("slot_stride_bytes", Found.SlotStrideBytes, SlotHeader, RegionBytes, Why) &&
        DemandMultiple("slots_offset_bytes", Found.SlotsOffsetBytes, SlotAlignment, Why) &&
        DemandMultiple("slot_stride_bytes", Found.SlotStrideBytes, SlotAlignment, Why) &&
        DemandMultiple("participant_stride_bytes", Found.ParticipantStrideBytes, SlotAlignment, Why) &&
        DemandWithin("slot_count", Found.SlotCount, 2, (RegionBytes - Found.SlotsOffsetBytes) / Found.SlotStrideBytes,
                     Why) &&
        DemandWithin("expression_count", Found.ExpressionCount, 0, MaxExpressions, Why);
    if (!IsInside)
    {
        return false;
    }
    if (Kind == RegionKind::Frames)
    {
        return DemandWithin("width", Found.Width, 1, MaxFrameSize, Why) &&
               DemandWithin("height", Found.Height, 1, MaxFrameSize, Why) &&
               DemandWithin("layers", Found.Layers, 1, MaxLayers, Why);
    }
    if (Kind == RegionKind::Motion)
    {
        const std::uint64_t Least = sizeof(Participant) + sizeof(Pose) + sizeof(float) * Found.ExpressionCount;
        const std::uint64_t Room = (Found.SlotStrideBytes - SlotHeader) / Participants;
        return DemandWithin("participant_stride_bytes", Found.ParticipantStrideBytes, Least, Room, Why);
    }
    return true;
}
} // namespace RsaTalker
