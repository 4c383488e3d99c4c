// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Turn.h"

#include <algorithm>

namespace RsaTalker
{
namespace
{
constexpr std::int64_t NotBegunUs = -1; // holds the sidecar's clock before the utterance until its sound starts
} // namespace

void Turn::Observe()
{
    std::size_t Sample = 0;
    std::int64_t AtNs = 0;
    Voice->Newest(Sample, AtNs);
    if (AtNs > ObservedNs)
    {
        ObservedNs = AtNs;
        Clock.Observe(UsOf(Sample), AtNs);
    }
}

std::int64_t Turn::HeardUs(std::int64_t NowNs, std::int64_t OutputLatencyUs) const
{
    if (ObservedNs == 0)
    {
        return NotBegunUs;
    }
    const std::int64_t Reached = std::min(Clock.PositionUsAt(NowNs), UsOf(Voice->Played()));
    return std::max(Reached - OutputLatencyUs - UsOf(Base), NotBegunUs);
}

bool Turn::IsOver(std::int64_t NowNs, std::int64_t OutputLatencyUs) const
{
    if (!Voice->IsOver())
    {
        return false;
    }
    std::size_t Sample = 0;
    std::int64_t AtNs = 0;
    Voice->Newest(Sample, AtNs);
    return AtNs == 0 || NowNs >= AtNs + (UsOf(Voice->Played() - Sample) + OutputLatencyUs) * 1000;
}

Playback Turn::Report(std::int64_t NowNs, std::int64_t OutputLatencyUs) const
{
    Playback Entry{};
    Entry.UtteranceId = WireId;
    Entry.PositionUs = HeardUs(NowNs, OutputLatencyUs);
    Entry.AtNs = NowNs;
    Entry.Rate = Entry.PositionUs < 0 ? 0.0f : Clock.RateAt(NowNs);
    return Entry;
}
} // namespace RsaTalker
