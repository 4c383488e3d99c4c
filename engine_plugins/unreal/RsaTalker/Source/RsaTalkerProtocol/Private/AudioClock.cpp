// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "AudioClock.h"

#include <algorithm>
#include <cmath>

namespace RsaTalker
{
namespace
{
constexpr double TwoPi = 6.283185307179586;
constexpr double BandwidthHz = 0.5;   // steady within 2 s, and blind to jitter of single blocks
constexpr double JumpUs = 200'000;    // farther off it is no jitter: a pause, a seek, another device
constexpr double LargestDrift = 0.02; // of the rate; real devices are within 0.001
} // namespace

void AudioClock::Reset()
{
    *this = AudioClock();
}

void AudioClock::Observe(std::int64_t PositionUs, std::int64_t AtNs)
{
    const double ElapsedUs = static_cast<double>(AtNs - ThenNs) / 1000;
    const double Predicted = PositionUs_ + Rate * ElapsedUs;
    const double Error = static_cast<double>(PositionUs) - Predicted;
    if (!IsRunning || std::abs(Error) > JumpUs || AtNs - ThenNs > StallNs)
    {
        IsRunning = true;
        PositionUs_ = static_cast<double>(PositionUs);
        Rate = 1;
        ThenNs = AtNs;
        return;
    }
    if (ElapsedUs <= 0)
    {
        return;
    }
    const double Omega = std::min(TwoPi * BandwidthHz * ElapsedUs / 1e6, 0.5);
    PositionUs_ = Predicted + std::sqrt(2.0) * Omega * Error;
    Rate = std::clamp(Rate + Omega * Omega * Error / ElapsedUs, 1 - LargestDrift, 1 + LargestDrift);
    ThenNs = AtNs;
}

std::int64_t AudioClock::PositionUsAt(std::int64_t NowNs) const
{
    const std::int64_t ElapsedNs = std::clamp<std::int64_t>(NowNs - ThenNs, 0, StallNs);
    return std::llround(PositionUs_ + (IsRunning ? Rate * static_cast<double>(ElapsedNs) / 1000 : 0.0));
}

float AudioClock::RateAt(std::int64_t NowNs) const
{
    return IsRunning && NowNs - ThenNs < StallNs ? static_cast<float>(Rate) : 0.0f;
}
} // namespace RsaTalker
