// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <mutex>

#include "FrameRingReader.h"
#include "JsonValue.h"
#include "PictureDecoder.h"

namespace RsaTalker
{
// The newest picture of one head that a stream brought. Two threads, of which neither waits for the other's work.
class StreamedHead
{
public:
    // Decodes a picture and puts it in the place of one that nobody has read; the stream's thread. False: it cannot be
    // shown.
    bool Take(const JsonValue& Picture, PictureDecoder& Decoder);

    // Hands the newest one over; the thread that ticks the plugin. False: it has been read already.
    bool Read(Frame& Target);

private:
    bool Compose();

    std::mutex Gate; // held for some swaps of pointers
    Frame Newest;
    bool IsNew = false;

    Frame Draft; // of the stream's thread, like all below
    std::vector<std::uint8_t> File;
    DecodedPicture Color;
    DecodedPicture Alpha;
};
} // namespace RsaTalker
