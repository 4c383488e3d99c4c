// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// A play session of the Unreal plugin, on stubs that behave: reads one command a line, answers with one line of JSON.
//
//   begin [stereo]              play begins: a world with lights, a player, one conversation of ann and bob; a new log
//   travel                      another map with the same conversation; the game goes on
//   sidecar ADDRESS TOKEN FINGERPRINT   uses a sidecar on the LAN; tells what the connection says
//   cast AVATAR [AVATAR]        another avatar for head B, and for head A, from the next start on
//   sentences SECONDS           what both heads say first, from the next start on; turns 1 and 2
//   until STATE SECONDS         ticks at 100 Hz until the conversation is in a state; tells what `look` tells
//   run SECONDS                 ticks
//   unseen SECONDS              ticks three times a second, as a game that lost the focus may
//   start | stop | pause | resume | swap-audio | move METRES
//   speak HEAD SECONDS [interrupt]    a sound asset, a ramp from silence to full scale
//   stream HEAD SECONDS         the same, in pieces of 40 ms as time goes by
//   nodes                       Blueprint's nodes: starts, waits, lets A speak, waits; tells which pins fired, in order
//   cancel TURN | relate
//   when EVENT ACTION           the next time that a turn begins, ends, or both heads live (began, ended, found):
//                               destroy, stop, restart or speak, in the midst of the plugin's own work
//   happened EVENT SECONDS      ticks until that was done
//   visitor enter|leave         an actor of its own takes the place of head A, or is destroyed
//   sun none|R,G,B              another colour of the sun; or it is destroyed
//   heard-start TURN SECONDS, heard-end TURN SECONDS    ticks until the event came
//   materials missing|there     whether the materials of the heads are in the content, from the next start on
//   card HEAD FILE              writes the texture's pixels of the newest frame; tells sizes and the surface's corners
//   look                        state, sentence, log, curves, sounds
//   end                         play ends; tells what is left
//   window [start|lan|trust]    the editor's window, made at the first call; presses a button; tells its texts
//                               and which buttons are there
//   editor [commandlet]         the editor's part: the materials that it makes, and its menu; without a window

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "BlueprintSession.h"
#include "Components/DirectionalLightComponent.h"
#include "Components/SkyLightComponent.h"
#include "EditorSession.h"
#include "JsonWriter.h"
#include "Leftovers.h"
#include "RsaTalkerConversation.h"
#include "RsaTalkerHeadComponent.h"
#include "RsaTalkerSettings.h"
#include "RsaTalkerSubsystem.h"
#include "SidecarLink.h"
#include "Sights.h"
#include "Stub/Services.h"
#include "Stub/Sound.h"

namespace
{
constexpr float StepS = 0.01f;

class Session
{
public:
    std::string Answer(const std::string& Line);

    bool IsRunning() const
    {
        return Conversation != nullptr;
    }

private:
    void Begin(bool bStereo);
    void SetTheStage();
    bool RunUntil(double Seconds, const std::function<bool()>& bReached);
    USoundWave* Ramp(double Seconds) const;
    void Look(RsaTalker::JsonWriter& Json) const;
    void End(RsaTalker::JsonWriter& Json);
    void Happened(const char* Event);

    FStubEngine Engine;
    ARsaTalkerConversation* Conversation = nullptr;
    std::set<int64> Started, Ended, Cut;
    int64 StreamTurn = 0;
    int Found = 0, Lost = 0;                    // events so far, in this map
    std::map<std::string, std::string> Planned; // actions by events
    AActor* Sun = nullptr;
};

void Session::Begin(bool bStereo)
{
    StubLog().clear();
    Engine.BeginPlay();
    GEngine->bIsStereo = bStereo;
    GetMutableDefault<URsaTalkerSettings>()->FrameSize = 64;
    SetTheStage();
}

void Session::SetTheStage()
{
    Found = Lost = 0;
    Engine.World->Controller->Player->Eye = FVector(0, -100, 160);
    Engine.World->Controller->Player->Gaze = FRotator(0, 90, 0).Quaternion();
    Sun = Engine.World->Spawn<AActor>();
    Sun->CreateDefaultSubobject<UDirectionalLightComponent>(TEXT("Sun"))->Intensity = 10;
    Engine.World->Spawn<AActor>()->CreateDefaultSubobject<USkyLightComponent>(TEXT("Sky"));
    Conversation = NewObject<ARsaTalkerConversation>(Engine.World);
    Conversation->RootComponent->SetRelativeLocationAndRotation(FVector(0, 0, 160), FRotator(0, 0, 0));
    Conversation->HeadA->Avatar = TEXT("ann");
    Conversation->HeadB->Avatar = TEXT("bob");
    Conversation->HeadA->FaceMesh = NewObject<USkeletalMeshComponent>(Conversation);
    Conversation->OnTurnStart.AddStub(
        [this](ERsaTalkerHead, int64 Turn)
        {
            Started.insert(Turn);
            Happened("began");
        });
    Conversation->OnFound.AddStub(
        [this](ERsaTalkerState, const FString&)
        {
            ++Found;
            Happened("found");
        });
    Conversation->OnLost.AddStub([this](ERsaTalkerState, const FString&) { ++Lost; });
    Conversation->OnTurnEnd.AddStub(
        [this](ERsaTalkerHead, int64 Turn, bool bWasCut)
        {
            Ended.insert(Turn);
            if (bWasCut)
            {
                Cut.insert(Turn);
            }
            Happened("ended");
        });
    Engine.World->Actors.push_back(Conversation);
    Conversation->BeginPlay();
}

// Does what was planned, once.
void Session::Happened(const char* Event)
{
    const std::string Action = std::exchange(Planned[Event], "");
    if (Action == "destroy")
    {
        Conversation->Destroy();
    }
    else if (Action == "stop")
    {
        Conversation->Stop();
    }
    else if (Action == "restart")
    {
        Conversation->StartConversation();
    }
    else if (Action == "speak")
    {
        Conversation->Speak(ERsaTalkerHead::B, Ramp(0.2));
    }
}

bool Session::RunUntil(double Seconds, const std::function<bool()>& bReached)
{
    for (int Steps = static_cast<int>(Seconds / StepS); Steps > 0 && !bReached(); --Steps)
    {
        Engine.Tick(StepS);
        if (StreamTurn != 0) // a TTS engine that is as fast as speech
        {
            TArray<float> Piece;
            Piece.SetNumZeroed(160);
            Conversation->AppendVoice(StreamTurn, Piece);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return bReached();
}

USoundWave* Session::Ramp(double Seconds) const
{
    USoundWave* Wave = NewObject<USoundWave>();
    const int Count = static_cast<int>(Seconds * 16000);
    for (int Index = 0; Index < Count; ++Index)
    {
        Wave->Imported.push_back(static_cast<int16>(1 + Index * 32000.0 / Count));
    }
    return Wave;
}

void Session::Look(RsaTalker::JsonWriter& Json) const
{
    TellConversation(*Conversation, Json);
    Json.Integer("found", Found).Integer("lost", Lost);
}

void Session::End(RsaTalker::JsonWriter& Json)
{
    Engine.EndPlay(EEndPlayReason::EndPlayInEditor);
    Conversation = nullptr;
    Started.clear();
    Ended.clear();
    Cut.clear();
    TellLeftovers(Json);
}

std::string Session::Answer(const std::string& Line)
{
    std::istringstream Words(Line);
    std::string Verb, First, Second, Third;
    Words >> Verb >> First >> Second >> Third;
    const ERsaTalkerHead Head = First == "B" ? ERsaTalkerHead::B : ERsaTalkerHead::A;
    const auto Number = [](const std::string& Text) { return std::atof(Text.c_str()); };
    const int64 Turn = static_cast<int64>(Number(First));
    RsaTalker::JsonWriter Json;
    if (Verb == "begin")
    {
        Begin(First == "stereo");
    }
    else if (Verb == "travel")
    {
        Conversation = nullptr;
        Engine.Travel();
        SetTheStage();
    }
    else if (Verb == "sidecar")
    {
        URsaTalkerSubsystem* const Sidecar = Engine.World->Game->GetSubsystem<URsaTalkerSubsystem>();
        Sidecar->UseSidecar(UTF8_TO_TCHAR(First.c_str()), UTF8_TO_TCHAR(Second.c_str()), UTF8_TO_TCHAR(Third.c_str()));
        RunUntil(0.2, [] { return false; });
        RunUntil(60, [Sidecar] { return Sidecar->Link().State() != RsaTalker::LinkState::Connecting; });
        Json.Text("sentence", Sidecar->Link().Sentence()).Boolean("connected", Sidecar->IsConnected());
    }
    else if (Verb == "cast")
    {
        Conversation->HeadB->Avatar = UTF8_TO_TCHAR(First.c_str());
        Conversation->HeadA->Avatar =
            Second.empty() ? Conversation->HeadA->Avatar : FString(UTF8_TO_TCHAR(Second.c_str()));
    }
    else if (Verb == "sentences")
    {
        Conversation->FirstSentence = Ramp(Number(First));
        Conversation->FirstReply = Ramp(Number(First));
    }
    else if (Verb == "until")
    {
        Json.Boolean("reached", RunUntil(Number(Second), [&] { return First == NameOf(Conversation->GetState()); }));
        Look(Json);
    }
    else if (Verb == "run")
    {
        RunUntil(Number(First), [] { return false; });
    }
    else if (Verb == "unseen")
    {
        for (int Ticks = static_cast<int>(3 * Number(First)); Ticks > 0; --Ticks)
        {
            Engine.Tick(0.33f);
            std::this_thread::sleep_for(std::chrono::milliseconds(330));
        }
    }
    else if (Verb == "start")
    {
        Conversation->StartConversation();
    }
    else if (Verb == "stop")
    {
        Conversation->Stop();
    }
    else if (Verb == "pause" || Verb == "resume")
    {
        Engine.World->bIsPaused = Verb == "pause";
        FStubAudioDevice::SetPaused(Engine.World->bIsPaused);
    }
    else if (Verb == "swap-audio")
    {
        FStubAudioDevice::Swap();
    }
    else if (Verb == "move")
    {
        Conversation->HeadB->SetRelativeLocationAndRotation(FVector(60 + 100 * Number(First), 0, 0),
                                                            FRotator(0, 180, 0));
    }
    else if (Verb == "speak")
    {
        Json.Integer("turn", Conversation->Speak(Head, Ramp(Number(Second)), Third == "interrupt"));
    }
    else if (Verb == "stream")
    {
        StreamTurn = Conversation->BeginVoice(Head, 16000);
        const int64 Made = StreamTurn;
        RunUntil(Number(Second), [] { return false; });
        Conversation->EndVoice(StreamTurn);
        StreamTurn = 0;
        Json.Integer("turn", Made);
    }
    else if (Verb == "cancel")
    {
        Conversation->CancelTurn(Turn);
    }
    else if (Verb == "relate")
    {
        Conversation->SetRelationship({true, ERsaTalkerStatus::AIsSenior, 1.0f});
        Conversation->HeadB->SetMood({TEXT("happy"), 1.0f});
    }
    else if (Verb == "when")
    {
        Planned[First] = Second;
    }
    else if (Verb == "happened")
    {
        Json.Boolean("reached", RunUntil(Number(Second), [&] { return Planned[First].empty(); }));
    }
    else if (Verb == "visitor")
    {
        if (First == "enter")
        {
            Conversation->ActorA = Engine.World->Spawn<AActor>();
            Conversation->ActorA->CreateDefaultSubobject<URsaTalkerHeadComponent>(TEXT("Face"));
        }
        else
        {
            Conversation->ActorA->Destroy();
        }
    }
    else if (Verb == "sun")
    {
        if (First == "none")
        {
            Sun->Destroy();
        }
        else
        {
            FLinearColor& Color = Sun->FindComponentByClass<UDirectionalLightComponent>()->Color;
            std::sscanf(First.c_str(), "%f,%f,%f", &Color.R, &Color.G, &Color.B);
        }
    }
    else if (Verb == "heard-start" || Verb == "heard-end")
    {
        const std::set<int64>& Events = Verb == "heard-start" ? Started : Ended;
        Json.Boolean("reached", RunUntil(Number(Second), [&] { return Events.count(Turn) > 0; }));
        Json.Boolean("cut", Cut.count(Turn) > 0);
    }
    else if (Verb == "card")
    {
        TellCard(*Conversation, Head, Second, Json);
    }
    else if (Verb == "look")
    {
        Look(Json);
    }
    else if (Verb == "end")
    {
        End(Json);
    }
    else if (Verb == "nodes")
    {
        TellNodes(
            *Conversation, Ramp(0.3), [this](const auto& bDone) { RunUntil(60, bDone); }, Json);
    }
    else if (Verb == "window")
    {
        TellWindow(Engine, First, Json);
    }
    else if (Verb == "editor")
    {
        TellMaterials(Engine, First == "commandlet", Json);
    }
    else if (Verb == "materials")
    {
        First == "missing" ? StubHideMaterials() : StubMissing().clear();
    }
    else
    {
        Json.Text("unknown", Verb);
    }
    return Json.Take();
}
} // namespace

int main()
{
    Session Play;
    for (std::string Line; std::getline(std::cin, Line);)
    {
        std::cout << Play.Answer(Line) << std::endl;
    }
    if (Play.IsRunning()) // of a test that failed
    {
        Play.Answer("end");
    }
    return 0;
}
