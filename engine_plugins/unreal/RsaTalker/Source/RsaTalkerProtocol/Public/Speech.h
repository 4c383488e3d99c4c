// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "MotionTrack.h"
#include "ProtocolApi.h"
#include "SidecarCalls.h"
#include "Turn.h"

namespace RsaTalker
{
enum class TurnEventKind
{
    Began, // its sound may be heard from here on
    Ended,
    Refused, // the voice is heard without a face; the sentence says why
};

struct TurnEvent
{
    TurnEventKind Kind = TurnEventKind::Began;
    std::uint64_t TurnId = 0;
    int Head = 0;
    bool WasCut = false; // interrupted, cancelled, or its conversation stopped
    std::string Sentence;
};

// The turns of a conversation: sends voices as they grow, lets their sound start when the face is ready, and says where
// they are. The thread that ticks the plugin. Whoever hears of a turn may begin, cancel and clear turns.
class RSATALKERPROTOCOL_API Speech
{
public:
    using Listener = std::function<void(const TurnEvent&)>;

    explicit Speech(Listener InListener);
    ~Speech();

    // Begins a turn; its voice may still grow. Returns its number.
    std::uint64_t Begin(int Head, std::shared_ptr<VoiceBuffer> Voice, bool Interrupts, std::int64_t NowNs);

    // Cuts a turn, as soon as the sidecar has said where: the face closes its mouth there.
    void Cancel(std::uint64_t TurnId);

    // A new conversation takes over: turns that are heard go on with what is left of them.
    void Attach(std::shared_ptr<SidecarCalls> InCalls, std::string InConversationId);

    // No sidecar: voices are heard all the same.
    void Detach();

    // Cuts all turns at once.
    void Clear();

    void Tick(const MotionTrack& Motion, std::int64_t NowNs);

    // Writes at most MaxPlaybacks entries; returns how many.
    std::uint32_t Report(Playback* Entries, std::int64_t NowNs) const;

    // Where a head is that speaks, on the conversation's timeline; false if it says nothing.
    bool TimelineUs(int Head, std::int64_t NowNs, std::int64_t& Result) const;

    bool IsSpeaking(int Head) const;

    // From the moment a sample is handed to the audio device until it is heard.
    std::int64_t OutputLatencyUs = 0;

    static constexpr std::int64_t PatienceNs = 5'000'000'000; // a voice waits no longer for its face

private:
    void Send(Turn& Entry);
    void Taken(std::uint64_t WireId, std::size_t Samples, bool IsLast, const CallResult& Result);
    void CancelWire(std::uint64_t WireId, SidecarCalls::Done Answered);
    void Release(Turn& Entry);
    void CutOthers(const Turn& By);
    Turn* OfWire(std::uint64_t WireId);

    Listener Tell;
    std::vector<std::shared_ptr<Turn>> Turns; // oldest first
    std::shared_ptr<SidecarCalls> Calls;
    std::string ConversationId;
    std::vector<std::int16_t> Chunk;
    std::uint64_t LastTurn = 0;
    std::uint64_t LastWire = 0;
    std::shared_ptr<int> Alive = std::make_shared<int>(0); // answers that come after this object has gone call nobody
};
} // namespace RsaTalker
