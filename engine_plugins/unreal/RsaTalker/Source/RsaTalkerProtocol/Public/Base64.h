// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ProtocolApi.h"

namespace RsaTalker
{
// Appends bytes as base64 with padding, as protobuf's JSON writes them. Any thread.
RSATALKERPROTOCOL_API void AppendBase64(const void* Data, std::size_t SizeBytes, std::string& Text);

// Reads it again; the target's memory is reused. False: it is none, or it is empty. Any thread.
RSATALKERPROTOCOL_API bool ReadBase64(std::string_view Text, std::vector<std::uint8_t>& Bytes);
} // namespace RsaTalker
