// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>

#include "ProtocolApi.h"

namespace RsaTalker
{
// A smooth clock out of one that moves in steps: the audio thread hands out blocks of 10 to 40 ms, at moments that
// jitter. A delay-locked loop of second order (F. Adriaensen, Using a DLL to filter time, 2005). One thread.
class RSATALKERPROTOCOL_API AudioClock
{
public:
    void Reset();

    // The audio device reached this position at this moment of the host clock. Later moments only.
    void Observe(std::int64_t PositionUs, std::int64_t AtNs);

    // Where it is at a moment. It stands still once the device has been silent for longer than StallNs.
    std::int64_t PositionUsAt(std::int64_t NowNs) const;

    // Seconds of audio per second: close to 1, 0 while the device is silent or nothing has been observed.
    float RateAt(std::int64_t NowNs) const;

    static constexpr std::int64_t StallNs = 300'000'000; // no audio device asks so rarely, unless it is gone or paused

private:
    bool IsRunning = false;
    std::int64_t ThenNs = 0;
    double PositionUs_ = 0; // filtered, at ThenNs
    double Rate = 1;
};
} // namespace RsaTalker
