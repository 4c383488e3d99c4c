// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Conversation.h"

#include <limits>
#include <utility>

#include "HostClock.h"
#include "JsonWriter.h"

namespace RsaTalker
{
namespace
{
constexpr double CreationS = 300;              // the first conversation of an avatar may have to bake it
constexpr std::int64_t RoomNs = 2'000'000'000; // between questions whether a full sidecar has room by now
constexpr std::int64_t DoubtNs = 500'000'000;  // between questions to a sidecar whose heart has stopped
constexpr std::int64_t HealthNs = 1'000'000'000;
constexpr std::int64_t Unanswered = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t IdleLeadUs = 250'000; // motion of silent heads is made so far ahead of what is shown

std::string Naming(const std::string& ConversationId)
{
    JsonWriter Json;
    return Json.Text("conversationId", ConversationId).Take();
}

bool IsThisMachine(const std::string& Url)
{
    return Url.find("//127.") != std::string::npos || Url.find("//localhost:") != std::string::npos ||
           Url.find("//[::1]") != std::string::npos;
}
} // namespace

Conversation::Conversation(SidecarLink& InLink, StateListener InStateListener, Speech::Listener InTurnListener)
    : Link(InLink), Listen(std::move(InStateListener)), Turns(std::move(InTurnListener)), Words("Not started.")
{
}

Conversation::~Conversation()
{
    Listen = nullptr;
    Stop();
}

void Conversation::Enter(ConversationState State, std::string Sentence)
{
    const bool IsNew = State != Is;
    Is = State;
    Words = std::move(Sentence);
    if (IsNew && Listen)
    {
        Listen(State);
    }
}

void Conversation::Start(const ConversationSetup& InSetup)
{
    Stop();
    Setup = InSetup;
    NextTryNs = 0;
    Enter(ConversationState::Waiting, Link.Sentence());
}

void Conversation::Stop()
{
    ++Attempt;
    Turns.Clear();
    if (Calls && !Id.empty())
    {
        Calls->Call("ConversationService/CloseConversation", Naming(Id), [](const CallResult&) {});
    }
    Id.clear();
    Calls.reset();
    CloseRegions();
    Enter(ConversationState::Stopped, "Stopped.");
}

void Conversation::CloseRegions()
{
    for (FrameRingReader& Ring : Rings)
    {
        Ring.Close();
    }
    Track.Close();
    Engine.Close();
    Turns.Detach();
}

void Conversation::Lose(std::string Sentence)
{
    if (Calls && !Id.empty()) // of a sidecar that was only halted: it need not draw for nobody
    {
        Calls->Call(
            "ConversationService/CloseConversation", Naming(Id), [](const CallResult&) {}, 2);
    }
    Id.clear();
    CloseRegions();
    Link.Suspect();
    NextTryNs = 0;
    Enter(ConversationState::Waiting, std::move(Sentence));
}

void Conversation::Create()
{
    Calls = Link.Calls();
    Epoch = Link.Epoch();
    const bool IsFirstTry = NextTryNs == 0;
    NextTryNs = Unanswered;
    if (IsFirstTry)
    {
        Enter(ConversationState::Creating,
              "The sidecar loads " + Setup.Heads[0].Avatar + " and " + Setup.Heads[1].Avatar + ".");
    }
    const std::uint64_t ThisAttempt = ++Attempt;
    const auto Answered =
        [this, StillThere = std::weak_ptr<int>(Alive), ThisAttempt, Via = Calls](const CallResult& Result)
    {
        if (!StillThere.expired() && ThisAttempt == Attempt)
        {
            Created(Result);
        }
        else if (Result.Failure == CallFailure::None) // nobody waits for it, so it would stay until its lease ends
        {
            Via->Call("ConversationService/CloseConversation", Naming(Result.Answer["conversationId"].AsText()),
                      [](const CallResult&) {});
        }
    };
    Calls->Call("ConversationService/CreateConversation", CreationJson(Setup), Answered, CreationS);
}

void Conversation::Created(const CallResult& Result)
{
    if (Result.Failure == CallFailure::Unreachable || Result.Failure == CallFailure::Unauthenticated)
    {
        Link.Suspect();
        NextTryNs = 0;
        return Enter(ConversationState::Waiting, Result.Sentence);
    }
    if (Result.IsFull) // of conversations whose game has gone: their lease ends soon
    {
        NextTryNs = HostClockNs() + RoomNs;
        return Enter(ConversationState::Waiting, Result.Sentence);
    }
    if (Result.Failure != CallFailure::None)
    {
        return Enter(ConversationState::Failed, Result.Sentence);
    }
    Id = Result.Answer["conversationId"].AsText();
    LeaseNs = Result.Answer["leaseMs"].AsInteger(30000) * 1'000'000;
    KeptNs = HostClockNs();
    IsAsking = false;
    Meter = {};
    Told = {};
    Problem Why;
    if (!OpenRegions(Result.Answer, Why))
    {
        if (!IsThisMachine(Calls->BaseUrl()))
        {
            Why.Text = "The sidecar at " + Calls->BaseUrl() +
                       " runs on another machine, whose shared memory cannot be read here. Run one on this machine.";
        }
        const bool IsGone = Why.Kind == ProblemKind::RegionNotFound && Link.Calls() != Calls;
        return IsGone ? Lose(Why.Text) : Enter(ConversationState::Failed, Why.Text);
    }
    Turns.Attach(Calls, Id);
    for (AudioClock& Clock : Idle)
    {
        Clock.Reset();
    }
    Enter(ConversationState::Live, "Live.");
}

bool Conversation::OpenRegions(const JsonValue& Answer, Problem& Why)
{
    for (int Head = 0; !Setup.MotionOnly && Head < Participants; ++Head)
    {
        if (!Rings[Head].Open(Answer["frameRegions"][static_cast<std::size_t>(Head)].AsText(), Why))
        {
            return false;
        }
    }
    return Track.Open(Answer["motionRegion"].AsText(), Why) && Engine.Open(Answer["engineRegion"].AsText(), Why);
}

void Conversation::Tick(std::int64_t NowNs)
{
    if (Is == ConversationState::Waiting)
    {
        if (Link.State() == LinkState::Connected && NowNs >= NextTryNs)
        {
            Create();
        }
        else if (Link.State() != LinkState::Connected && Words != Link.Sentence())
        {
            Words = Link.Sentence();
        }
    }
    Problem Why;
    const bool MayBeLost = Track.Ring().WriterIsLost(); // or only held up: it is asked
    if (Is == ConversationState::Live && Track.Read(Why) == ReadStatus::Malformed)
    {
        CloseRegions();
        Enter(ConversationState::Failed, Why.Text);
    }
    else if (Is == ConversationState::Live && (Track.Ring().State() == RegionState::Stopping || Link.Epoch() != Epoch))
    {
        Lose("The sidecar has gone; looking for it again.");
    }
    else if (Is == ConversationState::Live && !IsAsking && NowNs - KeptNs > (MayBeLost ? DoubtNs : LeaseNs / 3))
    {
        KeptNs = NowNs;
        IsAsking = true;
        KeepAlive();
    }
    for (int Head = 0; Is == ConversationState::Live && Setup.MotionOnly && Head < Participants; ++Head)
    {
        Idle[Head].Observe(Track.EndUs() - IdleLeadUs, NowNs);
    }
    Turns.Tick(Track, NowNs);
}

void Conversation::KeepAlive()
{
    const auto Answered =
        [this, StillThere = std::weak_ptr<int>(Alive), ThisAttempt = Attempt](const CallResult& Result)
    {
        const bool IsOurs = !StillThere.expired() && ThisAttempt == Attempt && Is == ConversationState::Live;
        if (!IsOurs)
        {
            return;
        }
        IsAsking = false;
        if (Result.Failure != CallFailure::None && Result.Failure != CallFailure::Refused)
        {
            Lose(Result.Sentence);
        }
    };
    Calls->Call("ConversationService/KeepAlive", Naming(Id), Answered, 5);
}

void Conversation::Tell(const char* Method, std::string Json)
{
    const auto Answered =
        [this, StillThere = std::weak_ptr<int>(Alive), ThisAttempt = Attempt](const CallResult& Result)
    {
        const bool IsOurs = !StillThere.expired() && ThisAttempt == Attempt && Is == ConversationState::Live;
        if (IsOurs && Result.Failure == CallFailure::Refused)
        {
            Words = Result.Sentence; // the conversation goes on as it was
        }
    };
    if (Is == ConversationState::Live)
    {
        Calls->Call(Method, std::move(Json), Answered);
    }
}

void Conversation::SetRelationship(const RelationshipSetup& Relationship)
{
    Setup.Relationship = Relationship;
    Tell("ConversationService/SetRelationship", RelationshipJson(Id, Relationship));
}

void Conversation::SetMood(int Head, const MoodSetup& Mood)
{
    Setup.Heads[Head].Mood = Mood;
    Tell("ConversationService/SetMood", MoodJson(Id, Head, Mood));
}

void Conversation::SetStyle(int Head, float JawStrength, float LipStrength)
{
    Setup.Heads[Head].JawStrength = JawStrength;
    Setup.Heads[Head].LipStrength = LipStrength;
    Tell("ConversationService/SetStyle", StyleJson(Id, Head, Setup.Heads[Head]));
}

void Conversation::SetAvOffset(std::int32_t AvOffsetMs)
{
    Setup.AvOffsetMs = AvOffsetMs;
    JsonWriter Json;
    Tell("ConversationService/SetAvOffset", Json.Text("conversationId", Id).Integer("avOffsetMs", AvOffsetMs).Take());
}

void Conversation::Publish(EngineSlot& State, std::int64_t NowNs)
{
    State.PoseId = ++PoseId;
    State.PlaybackCount = Turns.Report(State.Playbacks, NowNs);
    Engine.Write(State);
}

void Conversation::Shown(int Head, const FrameSlot& Header)
{
    Idle[Head].Observe(Header.TimelineUs, Header.RequestedNs);
    Meter.Note(Head, Header.RequestedNs, HostClockNs());
}

ConversationHealth Conversation::Health(std::int64_t NowNs)
{
    if (Is == ConversationState::Live && NowNs - AskedHealthNs > HealthNs)
    {
        AskedHealthNs = NowNs;
        AskHealth();
    }
    return {Meter.PerSecond(), Meter.LatencyMs(), Told.SkewMs, Told.Warning};
}

void Conversation::AskHealth()
{
    const auto Answered = [this, StillThere = std::weak_ptr<int>(Alive)](const CallResult& Result)
    {
        const JsonValue& All = Result.Answer["conversations"];
        for (std::size_t Index = 0; !StillThere.expired() && Index < All.Size(); ++Index)
        {
            if (All[Index]["conversationId"].AsText() == Id)
            {
                Told.SkewMs = static_cast<double>(All[Index]["skewUs"].AsInteger()) * 1e-3;
                Told.Warning = All[Index]["warning"].AsText();
            }
        }
    };
    Calls->Call("SidecarService/GetStatus", "{}", Answered, 5);
}

bool Conversation::PoseOf(int Head, std::int64_t NowNs, Pose& Result) const
{
    std::int64_t TimelineUs = 0;
    if (Turns.TimelineUs(Head, NowNs, TimelineUs))
    {
        TimelineUs -=
            std::int64_t{Setup.AvOffsetMs} * 1000; // frames have it already, the motion region tells the truth
    }
    else
    {
        TimelineUs = Idle[Head].PositionUsAt(NowNs);
    }
    return Track.Sample(Head, TimelineUs, Result);
}
} // namespace RsaTalker
