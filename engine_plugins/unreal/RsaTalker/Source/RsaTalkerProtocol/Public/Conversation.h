// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ConversationLink.h"
#include "ConversationSetup.h"
#include "FrameMeter.h"
#include "MotionTrack.h"
#include "PictureDecoder.h"
#include "ProtocolApi.h"
#include "SidecarLink.h"
#include "Speech.h"

namespace RsaTalker
{
enum class ConversationState
{
    Stopped,
    Waiting,  // for a sidecar
    Creating, // avatars are loaded
    Live,
    Failed, // refused; the sentence says why. Start again when it has been changed.
};

// How a conversation goes.
struct ConversationHealth
{
    double FramesPerSecond = 0;
    double LatencyMs = 0; // from telling the eyes to a frame for them
    double SkewMs = 0;    // faces behind the sound; below 0: ahead. The sidecar says so.
    std::string Warning;  // of the sidecar
};

// One conversation of two heads, from start to stop; made again when its sidecar has gone and come back. The thread
// that ticks the plugin; no allocation per tick while nobody begins to speak. Whoever listens may start, stop and let
// speak, but must not let it go before the call that told has returned.
class RSATALKERPROTOCOL_API Conversation
{
public:
    using StateListener = std::function<void(ConversationState)>; // once per change

    // The decoder is for pictures of another machine.
    Conversation(SidecarLink& InLink, std::shared_ptr<PictureDecoder> InDecoder, StateListener InStateListener,
                 Speech::Listener InTurnListener);
    ~Conversation();

    void Start(const ConversationSetup& InSetup);
    void Stop();
    void Tick(std::int64_t NowNs);

    ConversationState State() const
    {
        return Is;
    }

    // What is wrong, or what goes on; for people.
    const std::string& Sentence() const
    {
        return Words;
    }

    void SetRelationship(const RelationshipSetup& Relationship);
    void SetMood(int Head, const MoodSetup& Mood);
    void SetStyle(int Head, float JawStrength, float LipStrength);
    void SetAvOffset(std::int32_t AvOffsetMs);

    Speech& Voices()
    {
        return Turns;
    }

    // Copies a head's newest frame, if it is newer than the last one read.
    ReadStatus ReadFrame(int Head, Frame& Target, Problem& Why);

    // How large a head's frames become.
    Geometry Largest(int Head) const;

    // Why a head is not shown although the conversation is live: its avatar was refused. Empty: it is shown.
    const std::string& RefusalOf(int Head) const
    {
        return Refusals[Head];
    }

    const MotionTrack& Motion() const
    {
        return Track;
    }

    // Tells the sidecar eyes, anchors and light of this frame; pose number and playback positions are set here.
    void Publish(EngineSlot& State, std::int64_t NowNs);

    // A frame of this head was read: its instant is what the head shows while it says nothing.
    void Shown(int Head, const FrameSlot& Header);

    // How it goes; whoever asks makes the sidecar be asked, once a second, for what it alone knows.
    ConversationHealth Health(std::int64_t NowNs);

    // The pose of a head now, for a mesh that follows it; false if no motion has come.
    bool PoseOf(int Head, std::int64_t NowNs, Pose& Result) const;

    const ConversationSetup& CurrentSetup() const
    {
        return Setup;
    }

private:
    void Enter(ConversationState State, std::string Sentence);
    void Create();
    void Ask();
    void Created(const CallResult& Result);
    bool TriesAnotherCast(const CallResult& Result);
    ConversationSetup Cast() const;
    bool OpenLine(const JsonValue& Answer, Problem& Why);
    void CloseLine();
    void LiveOn(std::int64_t NowNs);
    void Lose(std::string Sentence);
    void KeepAlive();
    void AskHealth();
    void Tell(const char* Method, std::string Json);

    SidecarLink& Link;
    StateListener Listen;
    Speech Turns;
    ConversationSetup Setup;
    ConversationState Is = ConversationState::Stopped;
    std::string Words;
    std::shared_ptr<SidecarCalls> Calls;
    std::string Id;
    std::uint64_t Epoch = 0;    // of the link, when the conversation was made
    std::uint64_t Attempt = 0;  // answers to earlier ones are not for us
    std::int64_t NextTryNs = 0; // while it waits: when the sidecar is asked for it
    std::int64_t LiveNs = 0;    // since when it has been live
    std::string Refusals[Participants];
    int StandIn = -1; // the head whose avatar is drawn for both, as the other's was refused; -1: nobody's was
    std::string FirstRefusal;
    std::shared_ptr<PictureDecoder> Decoder;
    std::unique_ptr<ConversationLink> Line; // while it is live
    MotionTrack Track;
    AudioClock Idle[Participants]; // instants of the timeline that silent heads show
    std::uint64_t PoseId = 0;
    FrameMeter Meter;
    ConversationHealth Told; // by the sidecar
    std::int64_t AskedHealthNs = 0;
    std::int64_t LeaseNs = 0;
    std::int64_t KeptNs = 0;
    bool IsAsking = false;                                 // whether the sidecar still knows it
    std::shared_ptr<int> Alive = std::make_shared<int>(0); // answers that come after this object has gone call nobody
};
} // namespace RsaTalker
