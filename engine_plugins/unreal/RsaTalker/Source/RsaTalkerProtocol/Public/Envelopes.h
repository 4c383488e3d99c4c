// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ProtocolApi.h"

namespace RsaTalker
{
// The messages of a server stream: each in an envelope, a byte of flags and four of length
// (https://connectrpc.com/docs/protocol). One thread.
class RSATALKERPROTOCOL_API Envelopes
{
public:
    // One message in its envelope.
    static std::string Enveloped(std::string_view Message);

    // Takes what has come.
    void Take(std::string_view Bytes);

    // The next whole message; false: it is not all there, or there is none.
    bool Next(std::string& Message);

    // Whether the message that was returned last is the one that ends the stream.
    bool IsEnd() const
    {
        return (Flags & EndFlag) != 0;
    }

    // Whether a length was larger than any sidecar sends: nothing follows that could be read.
    bool IsDamaged() const
    {
        return HasOverrun;
    }

    static constexpr std::size_t LargestBytes = 128 << 20; // as a sidecar sends at most

private:
    static constexpr std::size_t HeadBytes = 5;
    static constexpr unsigned char EndFlag = 2;

    std::string Waiting;
    std::size_t At = 0; // of the next envelope
    unsigned char Flags = 0;
    bool HasOverrun = false;
};
} // namespace RsaTalker
