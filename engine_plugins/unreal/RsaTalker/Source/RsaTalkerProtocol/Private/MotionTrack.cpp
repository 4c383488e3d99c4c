// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "MotionTrack.h"

#include <algorithm>
#include <utility>

namespace RsaTalker
{
namespace
{
void Blend(const float* From, const float* To, float Share, float* Result, std::size_t Size)
{
    for (std::size_t Index = 0; Index < Size; ++Index)
    {
        Result[Index] = From[Index] + Share * (To[Index] - From[Index]);
    }
}
} // namespace

void MotionTrack::Clear()
{
    First = 0;
    Count = 0;
}

void MotionTrack::Commit()
{
    while (Count > 0 && At(Count - 1).TimelineUs >= Incoming.TimelineUs) // the future was changed
    {
        --Count;
    }
    if (Count == Capacity)
    {
        First = (First + 1) % Capacity;
        --Count;
    }
    std::swap(Kept[(First + Count) % Capacity], Incoming);
    ++Count;
}

bool MotionTrack::HasMotionOf(int Head, std::uint64_t UtteranceId) const
{
    for (std::size_t Index = Count; Index-- > 0;)
    {
        if (At(Index).Heads[Head].UtteranceId == UtteranceId)
        {
            return true;
        }
    }
    return false;
}

bool MotionTrack::Sample(int Head, std::int64_t TimelineUs, Pose& Result) const
{
    if (Count == 0)
    {
        return false;
    }
    std::size_t Low = 0;
    std::size_t High = Count; // first instant that is later
    while (Low < High)
    {
        const std::size_t Middle = (Low + High) / 2;
        (At(Middle).TimelineUs <= TimelineUs ? Low : High) = At(Middle).TimelineUs <= TimelineUs ? Middle + 1 : Middle;
    }
    const MotionInstant& Before = At(Low == 0 ? 0 : Low - 1);
    const MotionInstant& After = At(std::min(Low, Count - 1));
    const std::int64_t Gap = After.TimelineUs - Before.TimelineUs;
    const float Share = Gap > 0 ? static_cast<float>(TimelineUs - Before.TimelineUs) / static_cast<float>(Gap) : 0.0f;
    const Pose& From = Before.Heads[Head].HeadPose;
    const Pose& To = After.Heads[Head].HeadPose;
    // Instants are 33 ms apart, so that rotations hardly differ: axis-angle vectors may be blended as they are.
    Blend(From.GlobalOrient, To.GlobalOrient, Share, Result.GlobalOrient, 3);
    Blend(From.NeckPose, To.NeckPose, Share, Result.NeckPose, 3);
    Blend(From.JawPose, To.JawPose, Share, Result.JawPose, 3);
    Blend(From.EyePose, To.EyePose, Share, Result.EyePose, 6);
    Blend(From.Transl, To.Transl, Share, Result.Transl, 3);
    Blend(From.Arkit, To.Arkit, Share, Result.Arkit, ArkitCount);
    return true;
}

std::int64_t MotionTrack::EndUs() const
{
    return Count > 0 ? At(Count - 1).TimelineUs : -1;
}
} // namespace RsaTalker
