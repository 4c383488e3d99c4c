// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstddef>
#include <cstdint>

#include "ProtocolApi.h"

namespace RsaTalker
{
// CRC-32 of IEEE 802.3, as zlib computes it. Any thread.
RSATALKERPROTOCOL_API std::uint32_t Crc32(const void* Data, std::size_t SizeBytes);
} // namespace RsaTalker
