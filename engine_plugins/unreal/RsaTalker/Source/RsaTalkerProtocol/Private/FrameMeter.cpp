// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "FrameMeter.h"

namespace RsaTalker
{
namespace
{
constexpr double Follows = 0.1; // share of a new value that is taken over
constexpr std::int64_t SecondNs = 1'000'000'000;
} // namespace

void FrameMeter::Note(int Head, std::int64_t RequestedNs, std::int64_t NowNs)
{
    const double AgeMs = static_cast<double>(NowNs - RequestedNs) * 1e-6;
    Latency = BeganNs == 0 ? AgeMs : Latency + Follows * (AgeMs - Latency);
    BeganNs = BeganNs == 0 ? NowNs : BeganNs;
    Count += Head == 0 ? 1 : 0;
    if (NowNs - BeganNs >= SecondNs)
    {
        Rate = static_cast<double>(Count) * 1e9 / static_cast<double>(NowNs - BeganNs);
        BeganNs = NowNs;
        Count = 0;
    }
}
} // namespace RsaTalker
