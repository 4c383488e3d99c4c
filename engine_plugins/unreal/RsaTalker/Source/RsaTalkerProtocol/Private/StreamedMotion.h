// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <array>
#include <mutex>

#include "JsonValue.h"
#include "MotionTrack.h"

namespace RsaTalker
{
// Motion that a stream brought, until the plugin takes it; what nobody takes for too long is lost. Two threads, of
// which neither waits for the other's work.
class StreamedMotion
{
public:
    // Keeps the instants of a message; the stream's thread.
    void Take(const JsonValue& Message);

    // Hands over what there is; the thread that ticks the plugin.
    void Read(MotionTrack& Track);

private:
    static constexpr std::size_t Most = MotionSlotCount;

    void Keep();

    std::mutex Gate; // held for some swaps of pointers
    std::array<MotionInstant, Most> Waiting;
    std::size_t First = 0;
    std::size_t Count = 0;
    MotionInstant Draft; // of the stream's thread
};
} // namespace RsaTalker
