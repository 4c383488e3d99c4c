// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "StreamedMotion.h"

#include <algorithm>
#include <utility>

#include "HostClock.h"

namespace RsaTalker
{
namespace
{
template <std::size_t Count> void Copy(const JsonValue& Values, float (&Target)[Count])
{
    for (std::size_t Index = 0; Index < std::min(Values.Size(), Count); ++Index)
    {
        Target[Index] = static_cast<float>(Values[Index].AsNumber());
    }
}

void Write(const JsonValue& Message, MotionInstant& Instant)
{
    Instant.Index = static_cast<std::uint64_t>(Message["index"].AsInteger());
    Instant.TimelineUs = Message["timelineUs"].AsInteger();
    Instant.PublishedNs = HostClockNs();
    for (std::size_t Index = 0; Index < Participants; ++Index)
    {
        const JsonValue& Values = Message["heads"][Index];
        HeadInstant& Head = Instant.Heads[Index];
        Head.UtteranceId = static_cast<std::uint64_t>(Values["utteranceId"].AsInteger());
        Head.MediaUs = Values["mediaUs"].AsInteger();
        Copy(Values["arkit"], Head.HeadPose.Arkit);
        Copy(Values["globalOrient"], Head.HeadPose.GlobalOrient);
        Copy(Values["neckPose"], Head.HeadPose.NeckPose);
        Copy(Values["jawPose"], Head.HeadPose.JawPose);
        Copy(Values["eyePose"], Head.HeadPose.EyePose);
        Copy(Values["transl"], Head.HeadPose.Transl);
    }
}
} // namespace

void StreamedMotion::Take(const JsonValue& Message)
{
    const JsonValue& Instants = Message["instants"];
    for (std::size_t Index = 0; Index < Instants.Size(); ++Index)
    {
        Write(Instants[Index], Draft);
        Keep();
    }
}

void StreamedMotion::Keep()
{
    const std::lock_guard<std::mutex> Lock(Gate);
    if (Count == Most)
    {
        First = (First + 1) % Most;
        --Count;
    }
    std::swap(Waiting[(First + Count) % Most], Draft);
    ++Count;
}

void StreamedMotion::Read(MotionTrack& Track)
{
    const std::unique_lock<std::mutex> Lock(Gate, std::try_to_lock);
    for (; Lock.owns_lock() && Count > 0; --Count)
    {
        std::swap(Waiting[First], Track.Next());
        Track.Commit();
        First = (First + 1) % Most;
    }
}
} // namespace RsaTalker
