// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>

// How often memory was asked for so far, by this program.
long CountAllocations();

// How often it was asked for while so many frames of one head were shown, after start; -1: a region could not be
// opened.
long AllocationsOfALife(const char* FrameRegion, const char* MotionRegion, int Ticks, std::uint64_t& FramesSeen);
