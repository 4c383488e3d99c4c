// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <string>

#include "FrameRingLayout.h"
#include "Problem.h"
#include "ProtocolApi.h"
#include "SlotRing.h"

namespace RsaTalker
{
// Writes the engine's state of a tick into the sidecar's region. Never blocks, never allocates. One thread.
class RSATALKERPROTOCOL_API EngineRegionWriter
{
public:
    EngineRegionWriter() = default;
    ~EngineRegionWriter();
    EngineRegionWriter(const EngineRegionWriter&) = delete;
    EngineRegionWriter& operator=(const EngineRegionWriter&) = delete;

    bool Open(const std::string& Name, Problem& Why);

    // Tells the sidecar that this engine leaves; the region stays.
    void Close();

    // Publishes the state of this tick; SeqBegin, SeqEnd and WrittenNs are set here, counts are cut to what fits.
    void Write(const EngineSlot& State);

    // Shows that the engine lives and what it is doing; at least every BeatMs.
    void Beat(RegionState State);

private:
    SlotRing Slots;
};
} // namespace RsaTalker
