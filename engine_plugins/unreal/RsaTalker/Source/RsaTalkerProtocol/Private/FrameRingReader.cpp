// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "FrameRingReader.h"

#include <cstring>

#include "Crc32.h"
#include "Geometry.h"

namespace RsaTalker
{
namespace
{
constexpr int Attempts = 2; // copies before the caller keeps the previous frame
constexpr std::size_t CrcFirst = offsetof(FrameSlot, FrameNumber);
constexpr std::size_t CrcBytes = offsetof(FrameSlot, HeaderCrc32) - CrcFirst;

std::uint64_t PixelBytes(std::uint32_t Format)
{
    return Format == static_cast<std::uint32_t>(PixelFormat::RGBA16F) ? 8 : 4;
}

bool HasDepth(const FrameSlot& Header)
{
    return (Header.Flags & static_cast<std::uint32_t>(FrameFlags::HasDepth)) != 0;
}

// A block must lie behind the slot's header and inside the slot, on a multiple of 4.
bool CheckBlock(const char* Field, std::uint64_t Offset, std::uint64_t SizeBytes, std::uint64_t SlotBytes, Problem& Why)
{
    if (SizeBytes > SlotBytes)
    {
        return Why.Refuse(Field, std::to_string(Offset), "a block smaller than the slot");
    }
    return DemandMultiple(Field, Offset, 4, Why) &&
           DemandWithin(Field, Offset, sizeof(FrameSlot), SlotBytes - SizeBytes, Why);
}

// Checks every field that leads to memory, in a private copy of the slot's header.
bool CheckHeader(const FrameSlot& Header, const Geometry& Region, Problem& Why)
{
    const std::uint32_t Crc = Crc32(reinterpret_cast<const std::uint8_t*>(&Header) + CrcFirst, CrcBytes);
    const std::uint64_t Slot = Region.SlotStrideBytes;
    const bool IsInside =
        DemandEqual("header_crc32", Header.HeaderCrc32, Crc, Why) &&
        DemandWithin("width", Header.Width, 1, Region.Width, Why) &&
        DemandWithin("height", Header.Height, 1, Region.Height, Why) &&
        DemandWithin("layers", Header.Layers, 1, Region.Layers, Why) &&
        DemandWithin("format", Header.Format, 1, 3, Why) &&
        DemandWithin("row_stride_bytes", Header.RowStrideBytes, Header.Width * PixelBytes(Header.Format), Slot, Why) &&
        DemandWithin("expression_count", Header.ExpressionCount, 0, Region.ExpressionCount, Why) &&
        CheckBlock("pose_offset_bytes", Header.PoseOffsetBytes, sizeof(Pose), Slot, Why) &&
        CheckBlock("expression_offset_bytes", Header.ExpressionOffsetBytes, sizeof(float) * Header.ExpressionCount,
                   Slot, Why);
    if (!IsInside)
    {
        return false;
    }
    const std::uint64_t Height = Header.Height;
    for (std::uint32_t Layer = 0; Layer < Header.Layers; ++Layer)
    {
        if (!CheckBlock("color_offsets_bytes", Header.ColorOffsetsBytes[Layer], Height * Header.RowStrideBytes, Slot,
                        Why))
        {
            return false;
        }
        if (HasDepth(Header) && !CheckBlock("depth_offsets_bytes", Header.DepthOffsetsBytes[Layer],
                                            Height * Header.Width * sizeof(float), Slot, Why))
        {
            return false;
        }
    }
    return true;
}

void CopyColors(const std::uint8_t* Slot, const FrameSlot& Header, std::vector<std::uint8_t>& Colors)
{
    const std::size_t RowBytes = Header.Width * PixelBytes(Header.Format);
    Colors.resize(RowBytes * Header.Height * Header.Layers);
    std::uint8_t* Target = Colors.data();
    for (std::uint32_t Layer = 0; Layer < Header.Layers; ++Layer)
    {
        const std::uint8_t* Source = Slot + Header.ColorOffsetsBytes[Layer];
        for (std::uint32_t Row = 0; Row < Header.Height; ++Row, Target += RowBytes, Source += Header.RowStrideBytes)
        {
            std::memcpy(Target, Source, RowBytes);
        }
    }
}

void CopyDepths(const std::uint8_t* Slot, const FrameSlot& Header, std::vector<float>& Depths)
{
    const std::size_t LayerPixels = std::size_t{Header.Width} * Header.Height;
    Depths.resize(HasDepth(Header) ? LayerPixels * Header.Layers : 0);
    for (std::uint32_t Layer = 0; HasDepth(Header) && Layer < Header.Layers; ++Layer)
    {
        std::memcpy(&Depths[Layer * LayerPixels], Slot + Header.DepthOffsetsBytes[Layer], LayerPixels * sizeof(float));
    }
}
} // namespace

bool FrameRingReader::Open(const std::string& Name, Problem& Why)
{
    LastRead = 0;
    return Slots.Open(Name, RegionKind::Frames, false, Why);
}

void FrameRingReader::Close()
{
    Slots.Close();
}

ReadStatus FrameRingReader::ReadLatest(Frame& Target, Problem& Why)
{
    for (int Attempt = 0; Attempt < Attempts; ++Attempt)
    {
        const ReadStatus Settled = Slots.Settle(Why);
        const std::uint64_t Number = Slots.Latest();
        if (Settled != ReadStatus::Fresh || Number == 0 || Number == LastRead)
        {
            return Settled == ReadStatus::Fresh ? ReadStatus::Nothing : Settled;
        }
        std::uint64_t Sequence = 0;
        const std::uint8_t* Slot = Slots.BeginRead(Number, Sequence);
        if (Slot == nullptr)
        {
            continue;
        }
        const bool IsSound = Copy(Slot, Target, Why);
        if (Slots.EndRead(Number, Sequence))
        {
            LastRead = Number;
            return IsSound ? ReadStatus::Fresh : ReadStatus::Malformed;
        }
    }
    return ReadStatus::Nothing;
}

bool FrameRingReader::Copy(const std::uint8_t* Slot, Frame& Target, Problem& Why) const
{
    std::memcpy(&Target.Header, Slot, sizeof(FrameSlot));
    if (!CheckHeader(Target.Header, Slots.Slots(), Why))
    {
        return false;
    }
    std::memcpy(&Target.HeadPose, Slot + Target.Header.PoseOffsetBytes, sizeof(Pose));
    Target.Expression.resize(Target.Header.ExpressionCount);
    if (!Target.Expression.empty())
    {
        std::memcpy(Target.Expression.data(), Slot + Target.Header.ExpressionOffsetBytes,
                    sizeof(float) * Target.Expression.size());
    }
    CopyColors(Slot, Target.Header, Target.Colors);
    CopyDepths(Slot, Target.Header, Target.Depths);
    return true;
}
} // namespace RsaTalker
