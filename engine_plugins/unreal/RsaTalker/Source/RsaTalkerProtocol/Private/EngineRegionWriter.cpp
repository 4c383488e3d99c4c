// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "EngineRegionWriter.h"

#include <algorithm>
#include <cstring>

#include "HostClock.h"

namespace RsaTalker
{
EngineRegionWriter::~EngineRegionWriter()
{
    Close();
}

bool EngineRegionWriter::Open(const std::string& Name, Problem& Why)
{
    if (!Slots.Open(Name, RegionKind::Engine, true, Why))
    {
        return false;
    }
    Beat(RegionState::Live);
    return true;
}

void EngineRegionWriter::Close()
{
    Beat(RegionState::Stopping);
    Slots.Close();
}

void EngineRegionWriter::Write(const EngineSlot& State)
{
    if (!Slots.IsOpen())
    {
        return;
    }
    EngineSlot Copy = State;
    Copy.WrittenNs = HostClockNs();
    Copy.EyeCount = std::min<std::uint32_t>(Copy.EyeCount, MaxLayers);
    Copy.PlaybackCount = std::min<std::uint32_t>(Copy.PlaybackCount, MaxPlaybacks);
    constexpr std::size_t First = offsetof(EngineSlot, PoseId);
    constexpr std::size_t End = offsetof(EngineSlot, SeqEnd);
    std::uint8_t* Slot = Slots.BeginWrite();
    std::memcpy(Slot + First, reinterpret_cast<const std::uint8_t*>(&Copy) + First, End - First);
    Slots.EndWrite();
}

void EngineRegionWriter::Beat(RegionState State)
{
    if (Slots.IsOpen())
    {
        Slots.Beat(State);
    }
}
} // namespace RsaTalker
