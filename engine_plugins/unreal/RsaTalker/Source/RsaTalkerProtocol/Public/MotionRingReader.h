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
// One head at one instant.
struct HeadInstant
{
    std::uint64_t UtteranceId = 0; // 0: says nothing
    std::int64_t MediaUs = 0;      // on the utterance's own audio; IdleMediaUs: none
    Pose HeadPose{};
    std::vector<float> Expression;
};

// Both heads at one instant. Hand the same object to every read: its memory is reused.
struct MotionInstant
{
    std::uint64_t Index = 0;      // from 1, without gaps unless the reader was away too long
    std::int64_t TimelineUs = 0;  // not later than its predecessor's: drop what you hold from this instant on
    std::int64_t PublishedNs = 0; // host clock
    HeadInstant Heads[Participants];
};

// Reads motion, oldest first. Never blocks; no allocation after the first instant. One thread.
class RSATALKERPROTOCOL_API MotionRingReader
{
public:
    bool Open(const std::string& Name, Problem& Why);
    void Close();

    // Copies the oldest instant that has not been read and is still in the ring. Call until it says Nothing.
    ReadStatus ReadNext(MotionInstant& Instant, Problem& Why);

    // State, heartbeat and name of the expression space.
    const SlotRing& Ring() const
    {
        return Slots;
    }

private:
    bool Copy(const std::uint8_t* Slot, std::uint64_t Number, MotionInstant& Instant, Problem& Why) const;

    SlotRing Slots;
    std::uint64_t LastRead = 0;
};
} // namespace RsaTalker
