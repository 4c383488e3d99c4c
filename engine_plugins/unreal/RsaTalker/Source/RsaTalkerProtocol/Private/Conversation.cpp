// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Conversation.h"

#include <limits>
#include <utility>

#include "HostClock.h"
#include "JsonWriter.h"
#include "SharedConversation.h"
#include "StreamedConversation.h"

namespace RsaTalker
{
namespace
{
constexpr double CreationS = 300;               // the first conversation of an avatar may have to bake it
constexpr std::int64_t RoomNs = 2'000'000'000;  // between questions whether a full sidecar has room by now
constexpr std::int64_t BriefNs = 2'000'000'000; // a life that ended so soon will end so again
constexpr std::int64_t DoubtNs = 500'000'000;   // between questions to a sidecar whose heart has stopped
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

Conversation::Conversation(SidecarLink& InLink, std::shared_ptr<PictureDecoder> InDecoder,
                           StateListener InStateListener, Speech::Listener InTurnListener)
    : Link(InLink), Listen(std::move(InStateListener)), Turns(std::move(InTurnListener)), Words("Not started."),
      Decoder(std::move(InDecoder))
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
    if (Calls && !Id.empty())
    {
        Calls->Call("ConversationService/CloseConversation", Naming(Id), [](const CallResult&) {});
    }
    Id.clear();
    Calls.reset();
    CloseLine();
    Enter(ConversationState::Stopped, "Stopped.");
    Turns.Clear(); // last: whoever hears that a turn was cut may speak or start again
}

void Conversation::CloseLine()
{
    Line.reset();
    for (std::string& Refusal : Refusals)
    {
        Refusal.clear();
    }
    Track.Clear();
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
    CloseLine();
    Link.Suspect();
    NextTryNs = HostClockNs() - LiveNs < BriefNs ? HostClockNs() + RoomNs : 0; // not again and again, as fast as it can
    Enter(ConversationState::Waiting, std::move(Sentence));
}

void Conversation::Create()
{
    Calls = Link.Calls();
    Epoch = Link.Epoch();
    const bool IsFirstTry = NextTryNs == 0;
    NextTryNs = Unanswered;
    StandIn = -1;
    if (IsFirstTry)
    {
        Enter(ConversationState::Creating,
              "The sidecar loads " + Setup.Heads[0].Avatar + " and " + Setup.Heads[1].Avatar + ".");
    }
    Ask();
}

void Conversation::Ask()
{
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
    Calls->Call("ConversationService/CreateConversation", CreationJson(Cast()), Answered, CreationS);
}

// Who is asked for: the setup's, or one avatar for both heads, since the sidecar knows conversations of two only.
ConversationSetup Conversation::Cast() const
{
    ConversationSetup Asked = Setup;
    if (StandIn >= 0)
    {
        Asked.Heads[1 - StandIn].Avatar = Setup.Heads[StandIn].Avatar;
    }
    return Asked;
}

// After a refusal: asks for each avatar without the other, to find out which one is at fault. False: both are, or
// something else is.
bool Conversation::TriesAnotherCast(const CallResult& Result)
{
    if (StandIn < 0)
    {
        FirstRefusal = Result.Sentence;
    }
    ++StandIn;
    if (StandIn >= Participants || Setup.Heads[0].Avatar == Setup.Heads[1].Avatar)
    {
        return false;
    }
    Ask();
    return true;
}

void Conversation::Created(const CallResult& Result)
{
    const bool MayComeBack = Result.Failure == CallFailure::Unreachable ||
                             Result.Failure == CallFailure::Unauthenticated || Result.Failure == CallFailure::Untrusted;
    if (MayComeBack)
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
        return TriesAnotherCast(Result) ? void() : Enter(ConversationState::Failed, FirstRefusal);
    }
    Id = Result.Answer["conversationId"].AsText();
    LeaseNs = Result.Answer["leaseMs"].AsInteger(30000) * 1'000'000;
    KeptNs = HostClockNs();
    IsAsking = false;
    Meter = {};
    Told = {};
    Problem Why;
    if (!OpenLine(Result.Answer, Why))
    {
        const bool IsGone = Why.Kind == ProblemKind::RegionNotFound && Link.Calls() != Calls;
        return IsGone ? Lose(Why.Text) : Enter(ConversationState::Failed, Why.Text);
    }
    for (int Head = 0; Head < Participants; ++Head)
    {
        Refusals[Head] = StandIn >= 0 && StandIn != Head ? FirstRefusal : std::string();
        Idle[Head].Reset();
    }
    Turns.Attach(Calls, Id);
    LiveNs = HostClockNs();
    Enter(ConversationState::Live, "Live.");
}

bool Conversation::OpenLine(const JsonValue& Answer, Problem& Why)
{
    if (IsThisMachine(Calls->BaseUrl()))
    {
        Line = SharedConversation::Open(Answer, !Setup.MotionOnly, Why);
    }
    else
    {
        Line = std::make_unique<StreamedConversation>(*Calls, Id, !Setup.MotionOnly, Decoder);
    }
    return Line != nullptr;
}

ReadStatus Conversation::ReadFrame(int Head, Frame& Target, Problem& Why)
{
    return Line ? Line->ReadFrame(Head, Target, Why) : ReadStatus::Nothing;
}

Geometry Conversation::Largest(int Head) const
{
    return Line ? Line->Largest(Head) : Geometry();
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
    if (Is == ConversationState::Live)
    {
        LiveOn(NowNs);
    }
    for (int Head = 0; Is == ConversationState::Live && Setup.MotionOnly && Head < Participants; ++Head)
    {
        Idle[Head].Observe(Track.EndUs() - IdleLeadUs, NowNs);
    }
    Turns.Tick(Track, NowNs);
}

void Conversation::LiveOn(std::int64_t NowNs)
{
    Problem Why;
    std::string Sentence;
    if (Line->ReadMotion(Track, Why) == ReadStatus::Malformed)
    {
        CloseLine();
        Enter(ConversationState::Failed, Why.Text);
    }
    else if (Line->IsLost(Sentence) || Link.Epoch() != Epoch)
    {
        Lose(Sentence.empty() ? "The sidecar has gone; looking for it again." : Sentence);
    }
    else if (!IsAsking && NowNs - KeptNs > (Line->IsDoubtful() ? DoubtNs : LeaseNs / 3))
    {
        KeptNs = NowNs;
        IsAsking = true;
        KeepAlive();
    }
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

void Conversation::Publish(EngineSlot& State, std::int64_t NowNs)
{
    State.PoseId = ++PoseId;
    State.PlaybackCount = Turns.Report(State.Playbacks, NowNs);
    if (Line)
    {
        Line->Write(State);
    }
}

void Conversation::Shown(int Head, const FrameSlot& Header)
{
    Idle[Head].Observe(Header.TimelineUs, Header.RequestedNs);
    Meter.Note(Head, Header.RequestedNs, HostClockNs());
}

bool Conversation::PoseOf(int Head, std::int64_t NowNs, Pose& Result) const
{
    if (!Refusals[Head].empty()) // another avatar only stands in for its own
    {
        return false;
    }
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
