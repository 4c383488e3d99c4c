// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "FrameRingLayout.h"
#include "Problem.h"
#include "ProtocolApi.h"
#include "SlotRing.h"

namespace RsaTalker
{
// A consistent copy of a published frame. Hand the same object to every read: its memory is reused.
struct Frame
{
    FrameSlot Header{};
    Pose HeadPose{};
    std::vector<float> Expression;
    std::vector<std::uint8_t> Colors; // layer after layer, rows without gaps, in Header.Format
    std::vector<float> Depths;        // the same, metres; empty without FrameFlags::HasDepth
};

// Reads the newest frame of one head. Never blocks; no allocation once frames keep their size. One thread.
class RSATALKERPROTOCOL_API FrameRingReader
{
public:
    bool Open(const std::string& Name, Problem& Why);
    void Close();

    // Copies the newest frame if it is newer than the last one read.
    ReadStatus ReadLatest(Frame& Target, Problem& Why);

    // State, heartbeat and name of the expression space.
    const SlotRing& Ring() const
    {
        return Slots;
    }

private:
    bool Copy(const std::uint8_t* Slot, Frame& Target, Problem& Why) const;

    SlotRing Slots;
    std::uint64_t LastRead = 0;
};
} // namespace RsaTalker
