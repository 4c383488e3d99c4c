// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "MotionRingReader.h"

#include <algorithm>
#include <cstring>

#include "Geometry.h"

namespace RsaTalker
{
bool MotionRingReader::Open(const std::string& Name, Problem& Why)
{
    LastRead = 0;
    return Slots.Open(Name, RegionKind::Motion, false, Why);
}

void MotionRingReader::Close()
{
    Slots.Close();
}

ReadStatus MotionRingReader::ReadNext(MotionInstant& Instant, Problem& Why)
{
    const ReadStatus Settled = Slots.Settle(Why);
    if (Settled != ReadStatus::Fresh)
    {
        return Settled;
    }
    const std::uint64_t Latest = Slots.Latest();
    const std::uint64_t Kept = Slots.Slots().SlotCount;
    LastRead = std::min(LastRead, Latest);
    while (LastRead < Latest)
    {
        LastRead = std::max(LastRead + 1, Latest >= Kept ? Latest - Kept + 1 : 1);
        std::uint64_t Sequence = 0;
        const std::uint8_t* Slot = Slots.BeginRead(LastRead, Sequence);
        if (Slot == nullptr)
        {
            continue; // already being overwritten: it is lost, the next one is not
        }
        const bool IsSound = Copy(Slot, LastRead, Instant, Why);
        if (!Slots.EndRead(LastRead, Sequence))
        {
            continue;
        }
        if (!IsSound)
        {
            return ReadStatus::Malformed;
        }
        if (Instant.Index == LastRead) // otherwise a newer one lies there, whose turn comes
        {
            return ReadStatus::Fresh;
        }
    }
    return ReadStatus::Nothing;
}

bool MotionRingReader::Copy(const std::uint8_t* Slot, std::uint64_t Number, MotionInstant& Instant, Problem& Why) const
{
    const Geometry& Region = Slots.Slots();
    MotionSlot Header;
    std::memcpy(&Header, Slot, sizeof(Header));
    if (!DemandEqual("index", Header.Index % Region.SlotCount, Number % Region.SlotCount, Why))
    {
        return false;
    }
    Instant.Index = Header.Index;
    Instant.TimelineUs = Header.TimelineUs;
    Instant.PublishedNs = Header.PublishedNs;
    const std::uint8_t* Source = Slot + sizeof(MotionSlot);
    for (HeadInstant& Head : Instant.Heads)
    {
        Participant Found;
        std::memcpy(&Found, Source, sizeof(Found));
        Head.UtteranceId = Found.UtteranceId;
        Head.MediaUs = Found.MediaUs;
        std::memcpy(&Head.HeadPose, Source + sizeof(Participant), sizeof(Pose));
        Head.Expression.resize(Region.ExpressionCount);
        if (!Head.Expression.empty())
        {
            std::memcpy(Head.Expression.data(), Source + sizeof(Participant) + sizeof(Pose),
                        sizeof(float) * Head.Expression.size());
        }
        Source += Region.ParticipantStrideBytes;
    }
    return true;
}
} // namespace RsaTalker
