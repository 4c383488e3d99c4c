// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerSubsystem.h"

#include "HostClock.h"
#include "RsaTalkerHttp.h"
#include "RsaTalkerLanList.h"
#include "RsaTalkerLog.h"
#include "RsaTalkerProgram.h"
#include "RsaTalkerSettings.h"
#include "RsaTalkerSetup.h"
#include "SidecarLink.h"

struct URsaTalkerSubsystem::FConnection
{
    RsaTalker::SidecarLink Link{std::make_shared<FRsaTalkerHttp>()};
    FRsaTalkerLanList Lan;
};

void URsaTalkerSubsystem::Initialize(FSubsystemCollectionBase& Collection)
{
    Super::Initialize(Collection);
    Connection = MakeShared<FConnection>();
    const URsaTalkerSettings* Settings = GetDefault<URsaTalkerSettings>();
    UseSidecar(Settings->SidecarAddress, Settings->SidecarToken, Settings->SidecarFingerprint);
    Ticker = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateUObject(this, &URsaTalkerSubsystem::Tick));
}

void URsaTalkerSubsystem::Deinitialize()
{
    FTSTicker::GetCoreTicker().RemoveTicker(Ticker);
    Connection.Reset();
    Super::Deinitialize();
}

bool URsaTalkerSubsystem::IsConnected() const
{
    return Connection.IsValid() && Connection->Link.State() == RsaTalker::LinkState::Connected;
}

FString URsaTalkerSubsystem::GetSentence() const
{
    if (!StartProblem.IsEmpty() && !IsConnected())
    {
        return StartProblem;
    }
    const FString Starting =
        Connection.IsValid() && Connection->Link.WaitsHere() ? RsaTalkerProgramSentence() : FString();
    if (!Starting.IsEmpty())
    {
        return Starting;
    }
    return Connection.IsValid() ? FString(UTF8_TO_TCHAR(Connection->Link.Sentence().c_str())) : FString();
}

bool URsaTalkerSubsystem::StartSidecar()
{
    StartProblem = IsConnected() ? FString() : StartRsaTalkerProgram();
    if (!StartProblem.IsEmpty())
    {
        UE_LOG(LogRsaTalker, Warning, TEXT("%s"), *StartProblem);
    }
    return StartProblem.IsEmpty();
}

void URsaTalkerSubsystem::UseSidecar(const FString& Address, const FString& Token, const FString& Fingerprint)
{
    if (Connection.IsValid()) // the game has not ended
    {
        Connection->Link.Configure(RsaTalkerLinkOf(Address, Token, Fingerprint));
    }
}

bool URsaTalkerSubsystem::FindSidecars()
{
    Announced = 0;
    return Connection.IsValid() && Connection->Lan.Ask();
}

RsaTalker::SidecarLink& URsaTalkerSubsystem::Link() const
{
    return Connection->Link;
}

bool URsaTalkerSubsystem::Tick(float)
{
    Connection->Link.Tick(RsaTalker::HostClockNs());
    Connection->Lan.Look();
    while (Announced < Connection->Lan.Get().Num())
    {
        OnAnnounced.Broadcast(Connection->Lan.Get()[Announced++].Address);
    }
    if (IsConnected() == bWasConnected)
    {
        return true;
    }
    bWasConnected = !bWasConnected;
    const FString Sentence = GetSentence();
    UE_LOG(LogRsaTalker, Log, TEXT("%s"), *Sentence);
    (bWasConnected ? OnFound : OnLost).Broadcast(Sentence);
    return true;
}
