// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "AudioClock.h"
#include "FrameRingLayout.h"
#include "ProtocolApi.h"
#include "VoiceBuffer.h"

namespace RsaTalker
{
// One utterance of one head, from its first sample on the way to the sidecar to its last one in the air. One thread,
// but for the voice.
struct Turn
{
    std::uint64_t Id = 0;     // of the plugin; stays
    std::uint64_t WireId = 0; // of the sidecar: a new one when it goes on with a new sidecar
    int Head = 0;
    bool Interrupts = false;
    std::shared_ptr<VoiceBuffer> Voice;

    std::size_t Base = 0; // sample that the sidecar's utterance begins with
    std::size_t Sent = 0; // samples
    std::uint64_t Sequence = 0;
    bool IsSending = false; // an answer is outstanding
    bool IsSent = false;    // the last chunk has been taken
    bool IsRefused = false; // the voice is heard without a face
    bool HasStart = false;
    std::int64_t StartUs = 0; // on the conversation's timeline

    bool IsReleased = false; // its sound may be heard
    bool IsCut = false;      // interrupted or cancelled
    std::int64_t AskedNs = 0;
    std::int64_t ObservedNs = 0;
    AudioClock Clock;

    // Follows the audio thread. Once per frame.
    void Observe();

    // What is heard now, on the utterance's own audio, of the sidecar's utterance; negative before its first sample.
    std::int64_t HeardUs(std::int64_t NowNs, std::int64_t OutputLatencyUs) const;

    // Whether its last sample has been heard.
    bool IsOver(std::int64_t NowNs, std::int64_t OutputLatencyUs) const;

    // What the sidecar is told.
    Playback Report(std::int64_t NowNs, std::int64_t OutputLatencyUs) const;

private:
    std::int64_t UsOf(std::size_t Sample) const
    {
        return static_cast<std::int64_t>(Sample) * 1'000'000 / Voice->SampleRateHz;
    }
};
} // namespace RsaTalker
