// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <string_view>

#include "Problem.h"
#include "SlotRing.h"

namespace RsaTalker
{
// Offset of seq_end in the header of a slot of this kind; the header ends with it.
std::size_t SequenceEndOffset(RegionKind Kind);

// Reads the geometry from a private copy of a header, if all of it lies inside the region. Fields are checked in the
// order of the Python reader, so that both name the same one.
bool ReadGeometry(const RegionHeader& Header, RegionKind Kind, std::uint64_t RegionBytes, Geometry& Found,
                  Problem& Why);

// Refuses the field unless Least <= Found <= Most.
bool DemandWithin(std::string_view Field, std::uint64_t Found, std::uint64_t Least, std::uint64_t Most, Problem& Why);

// Refuses the field unless Found == Expected.
bool DemandEqual(std::string_view Field, std::uint64_t Found, std::uint64_t Expected, Problem& Why);

// Refuses the field unless Found is a multiple of Unit.
bool DemandMultiple(std::string_view Field, std::uint64_t Found, std::uint64_t Unit, Problem& Why);
} // namespace RsaTalker
