// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "ProtocolApi.h"

namespace RsaTalker
{
// The samples of one utterance, written by one thread (game) and played by another (audio), without locks. Samples stay
// until the utterance is over: the same memory is played and sent to the sidecar.
//
// Jitter: an utterance that still grows starts, and starts again after it ran dry, once so much is buffered that the
// last dry spell would have been bridged.
class RSATALKERPROTOCOL_API VoiceBuffer
{
public:
    static constexpr std::size_t LongestS = 300; // as the sidecar takes
    static constexpr std::size_t FadeMs = 5;     // before a cut: without it one hears a click

    explicit VoiceBuffer(std::uint32_t InSampleRateHz);
    ~VoiceBuffer();
    VoiceBuffer(const VoiceBuffer&) = delete;
    VoiceBuffer& operator=(const VoiceBuffer&) = delete;

    // Producer. Returns false, and takes nothing, if the utterance would become longer than LongestS.
    bool Append(const std::int16_t* Samples, std::size_t Count);
    void Finish();

    // Any thread. Samples written so far, and a copy of some of them.
    std::size_t Written() const;
    bool IsFinished() const;
    void Copy(std::size_t First, std::size_t Count, std::int16_t* Target) const;

    // Any thread. Lets it be heard: the face is ready. Paused, it is silent and stays where it is.
    void Release();
    void Pause(bool IsPaused);
    // Any thread. Ends it at a sample, or as soon as may be if that has been played; the sound fades out before its
    // end.
    void CutAt(std::size_t Sample);

    // Consumer (audio thread). Fills a block, with silence where there is nothing to play; never waits, never
    // allocates. Returns how many samples of the utterance are in it; they come first.
    std::size_t Play(std::int16_t* Block, std::size_t Count, std::int64_t NowNs);

    // Any thread. The sample that the newest block began with, and when that block was asked for; AtNs 0: none yet.
    void Newest(std::size_t& Sample, std::int64_t& AtNs) const;
    std::size_t Played() const;
    bool IsOver() const;
    std::uint32_t DrySpells() const; // times that it had to wait for its next chunk

    const std::uint32_t SampleRateHz;

private:
    bool MayPlay(std::size_t Available, std::size_t End);
    void FadeOut(std::int16_t* Block, std::size_t At, std::size_t Count, std::size_t End) const;

    static constexpr std::size_t Endless = static_cast<std::size_t>(-1);

    std::array<std::unique_ptr<std::int16_t[]>, LongestS> Seconds; // entry i is written before WrittenCount says so
    std::atomic<std::size_t> WrittenCount{0};
    std::atomic<std::size_t> EndSample{Endless};
    std::atomic<bool> Finished{false};
    std::atomic<bool> Released{false};
    std::atomic<bool> Paused{false};
    std::atomic<std::size_t> PlayedCount{0};
    std::atomic<std::uint32_t> Dry{0};
    std::atomic<std::uint32_t> Sequence{0}; // odd while the two below change
    std::atomic<std::size_t> BlockSample{0};
    std::atomic<std::int64_t> BlockNs{0};
    std::size_t Target;     // consumer: samples to have before it starts
    bool IsFlowing = false; // consumer
};
} // namespace RsaTalker
