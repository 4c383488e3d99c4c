// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerConversation.h"

#include "Async/Async.h"
#include "Engine/GameInstance.h"
#include "Engine/World.h"
#include "HostClock.h"
#include "RsaTalkerConversationInside.h"
#include "RsaTalkerEyes.h"
#include "RsaTalkerLog.h"
#include "RsaTalkerProgram.h"
#include "RsaTalkerSettings.h"
#include "RsaTalkerSetup.h"
#include "RsaTalkerSubsystem.h"

static_assert(static_cast<int>(ERsaTalkerState::Failed) == static_cast<int>(RsaTalker::ConversationState::Failed),
              "states of Blueprint and of the protocol are the same");

void ARsaTalkerConversation::FInside::Turn(const RsaTalker::TurnEvent& Event)
{
    const ERsaTalkerHead Head = static_cast<ERsaTalkerHead>(Event.Head);
    const std::shared_ptr<RsaTalker::VoiceBuffer> Voice = Voices[Event.TurnId];
    const int64 Number = static_cast<int64>(Event.TurnId);
    switch (Event.Kind)
    {
    case RsaTalker::TurnEventKind::Began:
        Heard[Event.Head] = Voice;
        Actor.Meet(Head).KeepPlaying(Voice);
        Actor.OnTurnStart.Broadcast(Head, Number);
        break;
    case RsaTalker::TurnEventKind::Ended:
        if (URsaTalkerHeadComponent* const Speaker = Joined[Event.Head].Get())
        {
            Speaker->EndVoice(Voice);
        }
        Heard[Event.Head] = Heard[Event.Head] == Voice ? nullptr : Heard[Event.Head];
        Voices.erase(Event.TurnId);
        Growing.erase(Event.TurnId);
        Actor.OnTurnEnd.Broadcast(Head, Number, Event.WasCut);
        Actor.GoOn(Number, Event.WasCut);
        break;
    case RsaTalker::TurnEventKind::Refused:
        Actor.Complain(UTF8_TO_TCHAR(Event.Sentence.c_str()));
        break;
    }
}

ARsaTalkerConversation::ARsaTalkerConversation()
{
    PrimaryActorTick.bCanEverTick = true;
    PrimaryActorTick.bTickEvenWhenPaused = true;    // the sidecar is told that the sound stands still
    PrimaryActorTick.TickGroup = TG_PostUpdateWork; // cameras have moved by then
    RootComponent = CreateDefaultSubobject<USceneComponent>(TEXT("Root"));
    HeadA = CreateDefaultSubobject<URsaTalkerHeadComponent>(TEXT("HeadA"));
    HeadB = CreateDefaultSubobject<URsaTalkerHeadComponent>(TEXT("HeadB"));
    HeadA->SetupAttachment(RootComponent);
    HeadB->SetupAttachment(RootComponent);
    HeadA->Avatar = TEXT("mara");
    HeadB->Avatar = TEXT("tomas");
    HeadA->LiveLinkSubject = TEXT("RSATalkerA");
    HeadB->LiveLinkSubject = TEXT("RSATalkerB");
    HeadA->SetRelativeLocationAndRotation(FVector(-60.0, 0.0, 0.0), FRotator(0.0, 0.0, 0.0));  // 1.2 m apart,
    HeadB->SetRelativeLocationAndRotation(FVector(60.0, 0.0, 0.0), FRotator(0.0, 180.0, 0.0)); // face to face
}

ARsaTalkerConversation::~ARsaTalkerConversation() = default;

URsaTalkerHeadComponent* ARsaTalkerConversation::GetHead(ERsaTalkerHead Head) const
{
    const AActor* Other = Head == ERsaTalkerHead::A ? ActorA : ActorB;
    URsaTalkerHeadComponent* Found = IsValid(Other) ? Other->FindComponentByClass<URsaTalkerHeadComponent>() : nullptr;
    return Found ? Found : (Head == ERsaTalkerHead::A ? HeadA : HeadB).Get();
}

// The head of a participant as of now: another one than before if Actor A or B has come, changed or gone.
URsaTalkerHeadComponent& ARsaTalkerConversation::Meet(ERsaTalkerHead Head)
{
    URsaTalkerHeadComponent* const Now = GetHead(Head);
    TWeakObjectPtr<URsaTalkerHeadComponent>& Before = Inside->Joined[static_cast<int32>(Head)];
    URsaTalkerHeadComponent* const Old = Before.Get();
    if (Old != Now)
    {
        if (Old)
        {
            Old->Leave();
        }
        Before = Now;
        Now->Join(this, Head);
    }
    return *Now;
}

FVector ARsaTalkerConversation::GetSpaceOrigin() const
{
    return GetActorLocation();
}

void ARsaTalkerConversation::BeginPlay()
{
    Super::BeginPlay();
    bHasEnded = false; // a level that is streamed in again begins anew
    if (bStartOnPlay)
    {
        StartConversation();
    }
}

void ARsaTalkerConversation::EndPlay(const EEndPlayReason::Type EndPlayReason)
{
    bHasEnded = true;
    Stop();
    // Whoever heard of a turn may have destroyed this actor, in the midst of the conversation's work: it goes later.
    AsyncTask(ENamedThreads::GameThread, [Gone = Inside] {});
    Inside.Reset();
    Super::EndPlay(EndPlayReason);
}

void ARsaTalkerConversation::StartConversation()
{
    UGameInstance* Game = GetGameInstance();
    URsaTalkerSubsystem* Sidecar = Game ? Game->GetSubsystem<URsaTalkerSubsystem>() : nullptr;
    if (!Sidecar || bHasEnded)
    {
        return Complain(
            TEXT("The conversation is in no game that plays. Start it in play, not in the editor's world."));
    }
    if (!Inside.IsValid())
    {
        Inside = MakeShared<FInside>(*this, Sidecar->Link());
    }
    Complaint = FString();
    bHasOpened = false;
    Meet(ERsaTalkerHead::A).Join(this, ERsaTalkerHead::A);
    Meet(ERsaTalkerHead::B).Join(this, ERsaTalkerHead::B);
    Inside->Talk.Start(RsaTalkerSetupOf(*this, IsRsaTalkerStereo(GetWorld())));
    if (GetDefault<URsaTalkerSettings>()->bStartSidecar && !Sidecar->IsConnected())
    {
        Sidecar->StartSidecar();
    }
}

void ARsaTalkerConversation::Stop()
{
    if (!Inside.IsValid())
    {
        return;
    }
    for (const TWeakObjectPtr<URsaTalkerHeadComponent>& Joined : Inside->Joined)
    {
        if (URsaTalkerHeadComponent* const Head = Joined.Get())
        {
            Head->Leave();
        }
    }
    Inside->Talk.Stop();
}

void ARsaTalkerConversation::Enter(ERsaTalkerState State)
{
    Complaint = FString(); // of what went before
    const bool bHadSidecar = Was == ERsaTalkerState::Live || Was == ERsaTalkerState::Creating;
    Was = State;
    const FString Sentence = GetSentence();
    UE_LOG(LogRsaTalker, Log, TEXT("%s: %s"), *GetName(), *Sentence);
    if (State == ERsaTalkerState::Live)
    {
        for (int32 Head = 0; Head < RsaTalker::Participants; ++Head)
        {
            const std::string& Refusal = Inside->Talk.RefusalOf(Head);
            if (!Refusal.empty())
            {
                Complain(UTF8_TO_TCHAR(Refusal.c_str()));
            }
        }
        OnFound.Broadcast(State, Sentence);
        Open();
    }
    else if (State == ERsaTalkerState::Failed || (State == ERsaTalkerState::Waiting && bHadSidecar))
    {
        OnLost.Broadcast(State, Sentence);
    }
}

void ARsaTalkerConversation::Open()
{
    if (!bHasOpened)
    {
        bHasOpened = true;
        FirstTurn = FirstSentence ? Speak(ERsaTalkerHead::A, FirstSentence) : 0;
    }
}

void ARsaTalkerConversation::GoOn(int64 Turn, bool bWasCut)
{
    if (Turn == FirstTurn && FirstReply && !bWasCut)
    {
        Speak(ERsaTalkerHead::B, FirstReply);
    }
}

void ARsaTalkerConversation::Complain(const FString& Sentence)
{
    if (Sentence != Complaint) // once per change
    {
        Complaint = Sentence;
        UE_LOG(LogRsaTalker, Warning, TEXT("%s: %s"), *GetName(), *Sentence);
    }
}

ERsaTalkerState ARsaTalkerConversation::GetState() const
{
    return Inside.IsValid() ? static_cast<ERsaTalkerState>(Inside->Talk.State()) : ERsaTalkerState::Stopped;
}

FString ARsaTalkerConversation::GetSentence() const
{
    if (!Complaint.IsEmpty())
    {
        return Complaint;
    }
    const bool bWaitsHere = GetState() == ERsaTalkerState::Waiting && Inside->Link.WaitsHere();
    const FString Starting = bWaitsHere ? RsaTalkerProgramSentence() : FString();
    if (!Starting.IsEmpty())
    {
        return Starting;
    }
    return Inside.IsValid() ? FString(UTF8_TO_TCHAR(Inside->Talk.Sentence().c_str())) : FString(TEXT("Not started."));
}

FRsaTalkerHealth ARsaTalkerConversation::GetHealth()
{
    FRsaTalkerHealth Health;
    if (Inside.IsValid())
    {
        const RsaTalker::ConversationHealth Found = Inside->Talk.Health(RsaTalker::HostClockNs());
        Health.FramesPerSecond = static_cast<float>(Found.FramesPerSecond);
        Health.LatencyMs = static_cast<float>(Found.LatencyMs);
        Health.SkewMs = static_cast<float>(Found.SkewMs);
        Health.Warning = UTF8_TO_TCHAR(Found.Warning.c_str());
    }
    return Health;
}

void ARsaTalkerConversation::SetRelationship(const FRsaTalkerRelationship& NewRelationship)
{
    Relationship = NewRelationship;
    if (Inside.IsValid())
    {
        Inside->Talk.SetRelationship(RsaTalkerRelationshipOf(NewRelationship));
    }
}

void ARsaTalkerConversation::SetMood(ERsaTalkerHead Head, const FRsaTalkerMood& Mood)
{
    if (Inside.IsValid())
    {
        Inside->Talk.SetMood(static_cast<int>(Head), RsaTalkerMoodOf(Mood));
    }
}

void ARsaTalkerConversation::Tick(float DeltaSeconds)
{
    Super::Tick(DeltaSeconds);
    if (!Inside.IsValid() || GetState() == ERsaTalkerState::Stopped)
    {
        return;
    }
    const int64 NowNs = RsaTalker::HostClockNs();
    Inside->Talk.Voices().OutputLatencyUs =
        static_cast<int64>(GetDefault<URsaTalkerSettings>()->OutputLatencyMs * 1000.0f);
    Inside->Talk.Tick(NowNs);
    for (int32 Head = 0; Inside.IsValid() && Head < RsaTalker::Participants; ++Head) // it ends if who hears destroys us
    {
        FString Why;
        URsaTalkerHeadComponent& Component = Meet(static_cast<ERsaTalkerHead>(Head));
        Component.KeepPlaying(Inside->Heard[Head]);
        if (GetState() == ERsaTalkerState::Live && !Component.Follow(Inside->Talk, Head, NowNs, Why))
        {
            Complain(Why);
        }
    }
    if (GetState() == ERsaTalkerState::Live)
    {
        Publish(NowNs);
    }
}

void ARsaTalkerConversation::Publish(int64 NowNs)
{
    RsaTalker::EngineSlot& State = Inside->State;
    const FVector Origin = GetSpaceOrigin();
    State.DisplayNs = NowNs + static_cast<int64>(GetDefault<URsaTalkerSettings>()->DisplayLatencyMs * 1e6f);
    State.Flags = 0;
    WriteRsaTalkerPlaces(*this, State.WorldFromHead);
    WriteRsaTalkerEyes(GetWorld(), Origin, State);
    if (bUseSceneLight)
    {
        const FVector Middle =
            (GetHead(ERsaTalkerHead::A)->GetComponentLocation() + GetHead(ERsaTalkerHead::B)->GetComponentLocation()) *
            0.5;
        Inside->Light.Write(GetWorld(), Middle, static_cast<double>(NowNs) * 1e-9, State);
    }
    Inside->Talk.Publish(State, NowNs);
}
