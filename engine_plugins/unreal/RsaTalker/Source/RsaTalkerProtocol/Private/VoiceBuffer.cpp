// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "VoiceBuffer.h"

#include <algorithm>
#include <cstring>

namespace RsaTalker
{
namespace
{
constexpr std::uint32_t FirstTargetMs = 60;
constexpr std::uint32_t TargetStepMs = 40; // more after every dry spell
constexpr std::uint32_t LargestTargetMs = 400;
} // namespace

VoiceBuffer::VoiceBuffer(std::uint32_t InSampleRateHz)
    : SampleRateHz(InSampleRateHz), Target(std::size_t{InSampleRateHz} * FirstTargetMs / 1000)
{
}

VoiceBuffer::~VoiceBuffer() = default;

bool VoiceBuffer::Append(const std::int16_t* Samples, std::size_t Count)
{
    std::size_t At = WrittenCount.load(std::memory_order_relaxed);
    if (Finished.load(std::memory_order_relaxed) || At + Count > LongestS * SampleRateHz)
    {
        return false;
    }
    while (Count > 0)
    {
        const std::size_t Second = At / SampleRateHz;
        const std::size_t Offset = At % SampleRateHz;
        const std::size_t Fitting = std::min<std::size_t>(Count, SampleRateHz - Offset);
        if (!Seconds[Second])
        {
            Seconds[Second] = std::make_unique<std::int16_t[]>(SampleRateHz);
        }
        std::memcpy(Seconds[Second].get() + Offset, Samples, Fitting * sizeof(std::int16_t));
        At += Fitting;
        Samples += Fitting;
        Count -= Fitting;
    }
    WrittenCount.store(At, std::memory_order_release);
    return true;
}

void VoiceBuffer::Finish()
{
    Finished.store(true, std::memory_order_release);
}

std::size_t VoiceBuffer::Written() const
{
    return WrittenCount.load(std::memory_order_acquire);
}

bool VoiceBuffer::IsFinished() const
{
    return Finished.load(std::memory_order_acquire);
}

void VoiceBuffer::Copy(std::size_t First, std::size_t Count, std::int16_t* Target_) const
{
    while (Count > 0)
    {
        const std::size_t Offset = First % SampleRateHz;
        const std::size_t Fitting = std::min<std::size_t>(Count, SampleRateHz - Offset);
        std::memcpy(Target_, Seconds[First / SampleRateHz].get() + Offset, Fitting * sizeof(std::int16_t));
        First += Fitting;
        Target_ += Fitting;
        Count -= Fitting;
    }
}

void VoiceBuffer::Release()
{
    Released.store(true, std::memory_order_release);
}

void VoiceBuffer::Pause(bool IsPaused)
{
    Paused.store(IsPaused, std::memory_order_release);
}

void VoiceBuffer::CutAt(std::size_t Sample)
{
    const std::size_t At = Played();
    const bool IsHeard = At > 0 && !Paused.load(std::memory_order_acquire);
    const std::size_t Soonest = IsHeard ? std::min(At + FadeMs * SampleRateHz / 1000, Written()) : 0;
    EndSample.store(std::max(Sample, Soonest), std::memory_order_release);
}

void VoiceBuffer::FadeOut(std::int16_t* Block, std::size_t At, std::size_t Count, std::size_t End) const
{
    const std::size_t Length = FadeMs * SampleRateHz / 1000;
    for (std::size_t Index = End - At > Count + Length ? Count : 0; Index < Count; ++Index)
    {
        const std::size_t Left = End - At - Index - 1;
        if (Left < Length)
        {
            Block[Index] = static_cast<std::int16_t>(Block[Index] * static_cast<int>(Left) / static_cast<int>(Length));
        }
    }
}

bool VoiceBuffer::MayPlay(std::size_t Available, std::size_t End)
{
    if (!Released.load(std::memory_order_acquire) || Paused.load(std::memory_order_acquire))
    {
        return false;
    }
    if (!IsFlowing)
    {
        IsFlowing = Available >= Target || End != Endless || Finished.load(std::memory_order_acquire);
    }
    return IsFlowing;
}

std::size_t VoiceBuffer::Play(std::int16_t* Block, std::size_t Count, std::int64_t NowNs)
{
    const bool WillGrow = !Finished.load(std::memory_order_acquire); // before the count: what comes later is not missed
    const std::size_t At = PlayedCount.load(std::memory_order_relaxed);
    const std::size_t End = EndSample.load(std::memory_order_acquire);
    const std::size_t Stop = std::min(Written(), End);
    const std::size_t Available = Stop > At ? Stop - At : 0;
    const std::size_t Taken = MayPlay(Available, End) ? std::min(Count, Available) : 0;
    Copy(At, Taken, Block);
    FadeOut(Block, At, Taken, End);
    std::fill(Block + Taken, Block + Count, std::int16_t{0});
    if (Taken < Count && IsFlowing && WillGrow && At + Taken < End && !Paused.load(std::memory_order_relaxed))
    {
        IsFlowing = false;
        Dry.fetch_add(1, std::memory_order_relaxed);
        Target = std::min<std::size_t>(Target + std::size_t{SampleRateHz} * TargetStepMs / 1000,
                                       std::size_t{SampleRateHz} * LargestTargetMs / 1000);
    }
    if (Taken > 0)
    {
        Sequence.fetch_add(1, std::memory_order_acq_rel);
        BlockSample.store(At, std::memory_order_relaxed);
        BlockNs.store(NowNs, std::memory_order_relaxed);
        Sequence.fetch_add(1, std::memory_order_release);
    }
    PlayedCount.store(At + Taken, std::memory_order_release);
    return Taken;
}

void VoiceBuffer::Newest(std::size_t& Sample, std::int64_t& AtNs) const
{
    std::uint32_t Before = 0;
    do
    {
        Before = Sequence.load(std::memory_order_acquire);
        Sample = BlockSample.load(std::memory_order_relaxed);
        AtNs = BlockNs.load(std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_acquire);
    } while (Before % 2 != 0 || Before != Sequence.load(std::memory_order_relaxed)); // two stores long at most
}

std::size_t VoiceBuffer::Played() const
{
    return PlayedCount.load(std::memory_order_acquire);
}

bool VoiceBuffer::IsOver() const
{
    const bool WillGrow = !IsFinished();
    const std::size_t At = Played();
    return At >= EndSample.load(std::memory_order_acquire) || (!WillGrow && At >= Written());
}

std::uint32_t VoiceBuffer::DrySpells() const
{
    return Dry.load(std::memory_order_relaxed);
}
} // namespace RsaTalker
