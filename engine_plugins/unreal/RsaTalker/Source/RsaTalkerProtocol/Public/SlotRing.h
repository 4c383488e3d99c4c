// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <string>

#include "FrameRingLayout.h"
#include "Problem.h"
#include "ProtocolApi.h"
#include "SharedRegion.h"

namespace RsaTalker
{
// Where the slots of a region are and what fits into them; checked against the size of the mapping.
struct Geometry
{
    std::uint32_t SlotCount = 0;
    std::uint64_t SlotStrideBytes = 0;
    std::uint64_t SlotsOffsetBytes = 0;
    std::uint32_t Width = 0;
    std::uint32_t Height = 0;
    std::uint32_t Layers = 0;
    std::uint32_t ExpressionCount = 0;
    std::uint64_t ParticipantStrideBytes = 0;
};

enum class ReadStatus
{
    Fresh,     // a consistent copy was made
    Nothing,   // nothing new yet, or the writer was faster than the copy: keep what you have
    Malformed, // a field is out of bounds; nothing outside the slot was touched
};

// A region seen as slots with one writer and any number of readers; no side ever waits. One thread.
class RSATALKERPROTOCOL_API SlotRing
{
public:
    bool Open(const std::string& Name, RegionKind Kind, bool Writable, Problem& Why);
    void Close();
    bool IsOpen() const;

    // Number of the newest publication; 0: none yet, or closed.
    std::uint64_t Latest() const;
    RegionState State() const;
    std::int64_t HeartbeatAgeNs() const;
    bool WriterIsLost() const; // closing, closed, or silent for longer than StaleMs
    std::string ExpressionSpace() const;

    const Geometry& Slots() const
    {
        return Layout;
    }

    // Follows a new generation of the layout. Nothing: the writer is still changing it.
    ReadStatus Settle(Problem& Why);

    // Reading one publication: BeginRead, copy and check the slot, then EndRead tells whether the copy is whole.
    // BeginRead returns null if the slot is being written.
    const std::uint8_t* BeginRead(std::uint64_t Number, std::uint64_t& Sequence) const;
    bool EndRead(std::uint64_t Number, std::uint64_t Sequence) const;

    // Writing: BeginWrite returns the slot after the newest; EndWrite declares it whole and announces it.
    std::uint8_t* BeginWrite();
    void EndWrite();
    void Beat(RegionState State);

private:
    bool CheckIdentity(const std::string& Name, Problem& Why) const;
    bool TakeGeometry(Problem& Why);
    bool TakeSettledGeometry(const std::string& Name, Problem& Why); // also while the writer is changing the layout
    std::uint8_t* Slot(std::uint64_t Number) const;

    SharedRegion Region;
    RegionKind Kind = RegionKind::Frames;
    Geometry Layout;
    std::uint64_t Generation = 0;
};
} // namespace RsaTalker
