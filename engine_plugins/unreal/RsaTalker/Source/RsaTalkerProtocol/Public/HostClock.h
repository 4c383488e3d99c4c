// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>

#include "ProtocolApi.h"

namespace RsaTalker
{
// The clock of every field that ends in Ns: CLOCK_MONOTONIC on Linux, QueryPerformanceCounter on Windows,
// CLOCK_UPTIME_RAW on macOS. Any thread.
RSATALKERPROTOCOL_API std::int64_t HostClockNs();
} // namespace RsaTalker
