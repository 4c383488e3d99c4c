// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <array>
#include <cstdint>

#include "MotionRingReader.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
// The motion of both heads that is still to be shown or has just been, for heads that the engine draws itself. One
// thread; no allocation once every place of the ring has been used.
class RSATALKERPROTOCOL_API MotionTrack
{
public:
    // Forgets everything.
    void Clear();

    // Where the next instant is to be written; Commit takes it over.
    MotionInstant& Next()
    {
        return Incoming;
    }

    // It takes the place of what was to come after it.
    void Commit();

    // Whether the first motion of an utterance has come: its sound may start.
    bool HasMotionOf(int Head, std::uint64_t UtteranceId) const;

    // One head at an instant of the timeline, between its neighbours; false if nothing has come yet.
    bool Sample(int Head, std::int64_t TimelineUs, Pose& Result) const;

    // Up to where motion is ready, on the conversation's timeline; -1: none.
    std::int64_t EndUs() const;

private:
    static constexpr std::size_t Capacity = MotionSlotCount;

    const MotionInstant& At(std::size_t Index) const // oldest first
    {
        return Kept[(First + Index) % Capacity];
    }

    std::array<MotionInstant, Capacity> Kept;
    MotionInstant Incoming;
    std::size_t First = 0;
    std::size_t Count = 0;
};
} // namespace RsaTalker
