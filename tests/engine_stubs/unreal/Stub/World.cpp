// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "World.h"

#include "Rendering.h"
#include "Services.h"
#include "Sound.h"

UEngine* GEngine = nullptr;

std::set<UObject*>& StubObjects()
{
    static std::set<UObject*> Objects;
    return Objects;
}

UObject*& StubNextOuter()
{
    static UObject* Next = nullptr;
    return Next;
}

bool StubIsAlive(const UObject* Object)
{
    return StubObjects().count(const_cast<UObject*>(Object)) > 0;
}

UObject::UObject() : Outer(StubNextOuter())
{
    StubNextOuter() = nullptr; // what it makes itself names its outer by itself
    StubObjects().insert(this);
}

UObject::~UObject()
{
    StubObjects().erase(this);
}

UWorld* UObject::GetWorld() const
{
    return Outer ? Outer->GetWorld() : nullptr;
}

AActor* UActorComponent::GetOwner() const
{
    for (UObject* Each = Outer; Each; Each = Each->Outer)
    {
        if (AActor* Actor = dynamic_cast<AActor*>(Each))
        {
            return Actor;
        }
    }
    return nullptr;
}

UWorld* UActorComponent::GetWorld() const
{
    return GetOwner() ? GetOwner()->GetWorld() : nullptr;
}

void UActorComponent::RegisterComponent()
{
    bIsRegistered = true;
    if (AActor* Actor = GetOwner())
    {
        Actor->Components.push_back(this);
    }
}

void UActorComponent::DestroyComponent(bool)
{
    bIsRegistered = false;
    if (AActor* Actor = GetOwner())
    {
        auto& All = Actor->Components;
        All.erase(std::remove(All.begin(), All.end(), this), All.end());
    }
}

UWorld* AActor::GetWorld() const
{
    return dynamic_cast<UWorld*>(Outer);
}

UGameInstance* AActor::GetGameInstance() const
{
    return GetWorld() ? GetWorld()->Game : nullptr;
}

bool AActor::Destroy()
{
    if (bIsGarbage)
    {
        return true;
    }
    bIsGarbage = true;
    EndPlay(EEndPlayReason::Destroyed);
    const auto Gone = Components;
    for (UActorComponent* Each : Gone)
    {
        Each->DestroyComponent();
        Each->bIsGarbage = true;
    }
    auto& All = GetWorld()->Actors;
    All.erase(std::remove(All.begin(), All.end(), this), All.end());
    return true;
}

bool ULocalPlayer::GetProjectionData(FViewport*, FSceneViewProjectionData& Data, int32 StereoViewIndex) const
{
    const FVector Forward = Gaze.Rotate(FVector(1, 0, 0));
    const FVector Right = Gaze.Rotate(FVector(0, 1, 0));
    const FVector Up = Gaze.Rotate(FVector(0, 0, 1));
    const double HalfPupils = StereoViewIndex == INDEX_NONE ? 0 : StereoViewIndex == 0 ? -3.2 : 3.2;
    Data.ViewOrigin = Eye + Right * HalfPupils;
    Data.ViewRotationMatrix = FMatrix();
    const double Axes[3][3] = {{Right.X, Up.X, Forward.X}, {Right.Y, Up.Y, Forward.Y}, {Right.Z, Up.Z, Forward.Z}};
    for (int Index = 0; Index < 9; ++Index)
    {
        Data.ViewRotationMatrix.M[Index / 3][Index % 3] = Axes[Index / 3][Index % 3];
    }
    Data.ViewRotationMatrix.M[3][3] = 1;
    Data.ProjectionMatrix = FMatrix();
    Data.ProjectionMatrix.M[0][0] = Data.ProjectionMatrix.M[1][1] = 1; // 90 degrees
    Data.ProjectionMatrix.M[2][3] = 1;
    Data.ProjectionMatrix.M[3][2] = 10; // near plane at 10 cm, no far one
    return true;
}

FTSTicker& FTSTicker::GetCoreTicker()
{
    static FTSTicker Only;
    return Only;
}

FTSTicker::FDelegateHandle FTSTicker::AddTicker(const FTickerDelegate& Delegate, float)
{
    Entries[++LastHandle] = Delegate;
    return LastHandle;
}

void FStubEngine::BeginPlay()
{
    GEngine = GEngine ? GEngine : NewObject<UEngine>();
    World = NewObject<UWorld>();
    World->Game = NewObject<UGameInstance>();
    World->Controller = NewObject<APlayerController>(World);
    World->Controller->Player = NewObject<ULocalPlayer>();
    World->Controller->Player->ViewportClient = NewObject<UGameViewportClient>();
}

void FStubEngine::Tick(float DeltaSeconds)
{
    StubRunRenderThread();
    FHttpModule::Get().StubTick();
    const auto Tickers = FTSTicker::GetCoreTicker().Entries;
    for (const auto& [Handle, Delegate] : Tickers)
    {
        if (!Delegate.Call(DeltaSeconds))
        {
            FTSTicker::GetCoreTicker().RemoveTicker(Handle);
        }
    }
    const auto Actors = World->Actors;
    for (AActor* Actor : Actors)
    {
        if (!Actor->bIsGarbage && Actor->PrimaryActorTick.bCanEverTick &&
            (!World->bIsPaused || Actor->PrimaryActorTick.bTickEvenWhenPaused))
        {
            Actor->Tick(DeltaSeconds);
        }
    }
}

void FStubEngine::Travel()
{
    UWorld* const Old = World;
    const auto Ended = Old->Actors;
    for (AActor* Actor : Ended)
    {
        Actor->EndPlay(EEndPlayReason::LevelTransition);
    }
    StubRunRenderThread();
    StubRunRenderThread();
    std::vector<UObject*> Gone;
    for (UObject* Each : StubObjects())
    {
        for (const UObject* Within = Each; Within; Within = Within->Outer)
        {
            if (Within == Old)
            {
                Gone.push_back(Each);
                break;
            }
        }
    }
    World = NewObject<UWorld>();
    World->Game = Old->Game;
    World->Controller = NewObject<APlayerController>(World);
    World->Controller->Player = Old->Controller->Player;
    for (UObject* Each : Gone)
    {
        delete Each; // nothing of the old world is used any more: the sanitizer sees whoever tries
    }
}

void FStubEngine::EndPlay(EEndPlayReason::Type Reason)
{
    const auto Ended = World->Actors;
    for (AActor* Actor : Ended)
    {
        Actor->EndPlay(Reason);
    }
    for (const auto& [Name, Subsystem] : World->Game->Subsystems)
    {
        Subsystem->Deinitialize();
    }
    FStubAudioDevice::Shutdown();
    FHttpModule::Get().StubDrain();
    StubRunRenderThread();
    StubRunRenderThread();
    const auto Objects = StubObjects();
    for (UObject* Each : Objects)
    {
        if (Each != GEngine && !dynamic_cast<UDeveloperSettings*>(Each))
        {
            delete Each; // nothing is used any more: the sanitizer sees whoever tries
        }
    }
    World = nullptr;
}
