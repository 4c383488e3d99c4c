// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "SharedConversation.h"

namespace RsaTalker
{
ConversationLink::~ConversationLink() = default;

std::unique_ptr<SharedConversation> SharedConversation::Open(const JsonValue& Created, bool HasFrames, Problem& Why)
{
    auto Made = std::make_unique<SharedConversation>();
    for (int Head = 0; HasFrames && Head < Participants; ++Head)
    {
        if (!Made->Rings[Head].Open(Created["frameRegions"][static_cast<std::size_t>(Head)].AsText(), Why))
        {
            return nullptr;
        }
    }
    const bool IsOpen = Made->Motion.Open(Created["motionRegion"].AsText(), Why) &&
                        Made->Engine.Open(Created["engineRegion"].AsText(), Why);
    return IsOpen ? std::move(Made) : nullptr;
}

bool SharedConversation::IsLost(std::string&) const
{
    return Motion.Ring().State() == RegionState::Stopping;
}

bool SharedConversation::IsDoubtful() const
{
    return Motion.Ring().WriterIsLost(); // or only held up by a busy machine
}

ReadStatus SharedConversation::ReadFrame(int Head, Frame& Target, Problem& Why)
{
    return Rings[Head].ReadLatest(Target, Why);
}

Geometry SharedConversation::Largest(int Head) const
{
    return Rings[Head].Ring().Slots();
}

ReadStatus SharedConversation::ReadMotion(MotionTrack& Track, Problem& Why)
{
    for (std::int32_t Turn = 0; Turn < MotionSlotCount; ++Turn) // as many as it holds: a writer cannot keep us here
    {
        const ReadStatus Status = Motion.ReadNext(Track.Next(), Why);
        if (Status != ReadStatus::Fresh)
        {
            return Status;
        }
        Track.Commit();
    }
    return ReadStatus::Fresh;
}

void SharedConversation::Write(const EngineSlot& State)
{
    Engine.Write(State);
}
} // namespace RsaTalker
