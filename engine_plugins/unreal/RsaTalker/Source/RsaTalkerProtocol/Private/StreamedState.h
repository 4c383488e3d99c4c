// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "FrameRingLayout.h"

namespace RsaTalker
{
// The newest state of the engine, until it is sent. Two threads, of which neither waits for the other's work.
class StreamedState
{
public:
    // Keeps a state in the place of one that was not sent; the thread that ticks the plugin.
    void Set(const EngineSlot& State);

    // The request that tells the newest state, as it is at this moment, in the memory of the last one; the sender's
    // thread. False: it was sent.
    bool Request(const std::string& ConversationId, std::int64_t NowNs, std::string& Body);

private:
    std::mutex Gate; // held for a copy of 1 kB
    EngineSlot Newest{};
    bool IsNew = false;
};
} // namespace RsaTalker
