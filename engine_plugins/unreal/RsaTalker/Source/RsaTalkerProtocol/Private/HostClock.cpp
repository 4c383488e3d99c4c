// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "HostClock.h"

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <time.h>
#endif

namespace RsaTalker
{
std::int64_t HostClockNs()
{
    constexpr std::int64_t NsPerSecond = 1'000'000'000;
#if defined(_WIN32)
    LARGE_INTEGER Frequency, Ticks;
    QueryPerformanceFrequency(&Frequency);
    QueryPerformanceCounter(&Ticks);
    const std::int64_t Seconds = Ticks.QuadPart / Frequency.QuadPart;
    const std::int64_t Rest = Ticks.QuadPart % Frequency.QuadPart;
    return Seconds * NsPerSecond + Rest * NsPerSecond / Frequency.QuadPart;
#elif defined(__APPLE__)
    return static_cast<std::int64_t>(clock_gettime_nsec_np(CLOCK_UPTIME_RAW));
#else
    timespec Time;
    clock_gettime(CLOCK_MONOTONIC, &Time);
    return Time.tv_sec * NsPerSecond + Time.tv_nsec;
#endif
}
} // namespace RsaTalker
