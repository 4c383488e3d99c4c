// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>

#include "ProtocolApi.h"

namespace RsaTalker
{
// How many frames come and how old they are. One thread.
class RSATALKERPROTOCOL_API FrameMeter
{
public:
    // A new frame of a head, drawn for eyes that were told at RequestedNs.
    void Note(int Head, std::int64_t RequestedNs, std::int64_t NowNs);

    // New frames of the first head in the last whole second.
    double PerSecond() const
    {
        return Rate;
    }

    // From telling the eyes to a frame for them, milliseconds.
    double LatencyMs() const
    {
        return Latency;
    }

private:
    double Rate = 0;
    double Latency = 0;
    std::int64_t BeganNs = 0;
    std::int64_t Count = 0;
};
} // namespace RsaTalker
