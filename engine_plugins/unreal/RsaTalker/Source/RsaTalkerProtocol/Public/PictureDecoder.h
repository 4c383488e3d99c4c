// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ProtocolApi.h"

namespace RsaTalker
{
// Pixels of a JPEG file, rows from the top without gaps. Hand the same object to every call: its memory is reused.
struct DecodedPicture
{
    std::uint32_t Width = 0;
    std::uint32_t Height = 0;
    std::vector<std::uint8_t> Pixels; // 4 bytes a pixel (R, G, B, anything), or 1 of grey
};

// Decodes JPEG. In Unreal by ImageWrapper. Called on the streams' threads: by two of them if a
// conversation has ended and the next one begins.
class RSATALKERPROTOCOL_API PictureDecoder
{
public:
    virtual ~PictureDecoder();

    // False: it is no JPEG file that can be read.
    virtual bool Decode(const std::vector<std::uint8_t>& File, bool IsGrey, DecodedPicture& Result) = 0;
};
} // namespace RsaTalker
