// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "AudioClock.h"
#include "CardGrid.h"
#include "FrameRingReader.h"
#include "HostClock.h"
#include "LightProbe.h"
#include "LiveLinkCurves.h"
#include "MotionRingReader.h"
#include "MotionTrack.h"
#include "Turn.h"

using namespace RsaTalker;

namespace
{
std::atomic<long> Allocated{0};

// What a plugin does with one frame of one head.
void LiveOneFrame(FrameRingReader& Frames, MotionRingReader& Motions, MotionTrack& Motion, Frame& Shown, CardGrid& Grid,
                  Turn& Speaking)
{
    Problem Why;
    while (Motions.ReadNext(Motion.Next(), Why) == ReadStatus::Fresh)
    {
        Motion.Commit();
    }
    if (Frames.ReadLatest(Shown, Why) == ReadStatus::Fresh)
    {
        for (std::uint32_t Layer = 0; Layer < Shown.Header.Layers; ++Layer)
        {
            BuildGrid(Shown, Layer, GridCells, Grid);
        }
    }
    std::int16_t Block[160];
    Speaking.Voice->Play(Block, 160, HostClockNs());
    Speaking.Observe();
    EngineSlot State{};
    State.Playbacks[0] = Speaking.Report(HostClockNs(), 50'000);
    LightProbe Light;
    Light.AddLamp({0, 1, 0}, {1, 1, 1});
    Light.AddHemispheres({0.3, 0.3, 0.4}, {0.1, 0.1, 0.1});
    Light.Write(State, 0);
    Pose Now;
    float Curves[LiveLinkCount];
    if (Motion.Sample(0, Motion.EndUs(), Now) && Motion.HasMotionOf(0, 0))
    {
        LiveLinkValues(Now, Curves);
    }
}
} // namespace

long CountAllocations()
{
    return Allocated.load();
}

long AllocationsOfALife(const char* FrameRegion, const char* MotionRegion, int Ticks, std::uint64_t& FramesSeen)
{
    FrameRingReader Frames;
    MotionRingReader Motions;
    MotionTrack Motion;
    Problem Why;
    if (!Frames.Open(FrameRegion, Why) || !Motions.Open(MotionRegion, Why))
    {
        return -1;
    }
    Frame Shown;
    CardGrid Grid;
    Turn Speaking;
    Speaking.Voice = std::make_shared<VoiceBuffer>(16'000);
    const std::vector<std::int16_t> Samples(16'000 * 60);
    Speaking.Voice->Append(Samples.data(), Samples.size());
    Speaking.Voice->Release();
    LiveOneFrame(Frames, Motions, Motion, Shown, Grid, Speaking);
    const std::int64_t Start = Motion.EndUs();
    while (Motion.EndUs() < Start + 300 * 33'333 || Shown.Header.FrameNumber == 0) // every place of the ring is used
    {
        LiveOneFrame(Frames, Motions, Motion, Shown, Grid, Speaking);
    }
    const long Before = CountAllocations();
    const std::uint64_t First = Shown.Header.FrameNumber;
    while (Shown.Header.FrameNumber < First + static_cast<std::uint64_t>(Ticks))
    {
        LiveOneFrame(Frames, Motions, Motion, Shown, Grid, Speaking);
    }
    FramesSeen = Shown.Header.FrameNumber - First;
    return CountAllocations() - Before;
}

// Counts, and else does what the library does. The sanitizers see malloc as ever.
void* operator new(std::size_t Size)
{
    Allocated.fetch_add(1, std::memory_order_relaxed);
    void* Memory = std::malloc(Size == 0 ? 1 : Size);
    if (Memory == nullptr)
    {
        std::abort();
    }
    return Memory;
}

void operator delete(void* Memory) noexcept
{
    std::free(Memory);
}

void operator delete(void* Memory, std::size_t) noexcept
{
    std::free(Memory);
}
