// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// A world: actors and components that begin, tick and end play; a game with subsystems; a player with two eyes; lights.

#pragma once

#include <chrono>
#include <map>
#include <string>
#include <typeinfo>

#include "Objects.h"

namespace EEndPlayReason
{
enum Type
{
    Destroyed,
    LevelTransition,
    EndPlayInEditor,
    Quit,
};
} // namespace EEndPlayReason

enum ETickingGroup
{
    TG_PrePhysics,
    TG_PostUpdateWork,
};

struct FTickFunction
{
    bool bCanEverTick = false;
    bool bTickEvenWhenPaused = false;
    ETickingGroup TickGroup = TG_PrePhysics;
};

namespace ECollisionEnabled
{
enum Type
{
    NoCollision,
};
}

class AActor;

class UActorComponent : public UObject
{
public:
    AActor* GetOwner() const;
    UWorld* GetWorld() const override;
    virtual void RegisterComponent();

    bool IsRegistered() const
    {
        return bIsRegistered;
    }

    virtual void DestroyComponent(bool bPromoteChildren = false);

    virtual void EndPlay(const EEndPlayReason::Type)
    {
        bHasEnded = true;
    }

    bool bHasEnded = false;
    bool bIsRegistered = false;
};

class USceneComponent : public UActorComponent
{
public:
    void SetupAttachment(USceneComponent* InParent)
    {
        Parent = InParent;
    }

    USceneComponent* GetAttachParent() const
    {
        return Parent;
    }

    void SetRelativeLocationAndRotation(const FVector& Location, const FRotator& Rotation)
    {
        Place = Location;
        Turn = Rotation.Quaternion();
    }

    void SetUsingAbsoluteLocation(bool bAbsolute)
    {
        bIsAbsolute = bAbsolute;
    }

    void SetUsingAbsoluteRotation(bool)
    {
    }

    void SetUsingAbsoluteScale(bool)
    {
    }

    void SetWorldLocation(const FVector& Location)
    {
        Place = Location; // of absolute components only: the plugin moves no others
    }

    void SetVisibility(bool bVisible, bool = false)
    {
        bIsVisible = bVisible;
    }

    bool IsVisible() const
    {
        return bIsVisible;
    }

    FVector GetComponentLocation() const
    {
        return Parent && !bIsAbsolute ? Parent->GetComponentLocation() + Parent->GetComponentQuat().Rotate(Place)
                                      : Place;
    }

    FQuat GetComponentQuat() const
    {
        return Parent && !bIsAbsolute ? Parent->GetComponentQuat() * Turn : Turn;
    }

    FVector GetForwardVector() const
    {
        return GetComponentQuat().Rotate(FVector(1, 0, 0));
    }

private:
    USceneComponent* Parent = nullptr;
    FVector Place;
    FQuat Turn;
    bool bIsAbsolute = false;
    bool bIsVisible = true;
};

class UPrimitiveComponent : public USceneComponent
{
public:
    void SetCastShadow(bool)
    {
    }

    void SetCollisionEnabled(ECollisionEnabled::Type)
    {
    }
};

class USkeletalMeshComponent : public UPrimitiveComponent
{
public:
    void SetMorphTarget(FName Name, float Value, bool = true)
    {
        Morphs[Name] = Value;
    }

    std::map<FName, float> Morphs;
};

class UGameInstance;

class AActor : public UObject
{
public:
    virtual ~AActor() override = default;

    template <class T> T* CreateDefaultSubobject(FName)
    {
        T* Made = NewObject<T>(this);
        Made->RegisterComponent();
        return Made;
    }

    template <class T> T* FindComponentByClass() const
    {
        for (UActorComponent* Each : Components)
        {
            if (T* Found = dynamic_cast<T*>(Each))
            {
                return Found;
            }
        }
        return nullptr;
    }

    FVector GetActorLocation() const
    {
        return RootComponent ? RootComponent->GetComponentLocation() : FVector();
    }

    UWorld* GetWorld() const override;
    UGameInstance* GetGameInstance() const;

    virtual void BeginPlay()
    {
        bHasBegun = true;
    }

    virtual void EndPlay(const EEndPlayReason::Type Reason)
    {
        bHasEnded = true;
        const auto Ended = Components; // components of components end, too
        for (UActorComponent* Each : Ended)
        {
            Each->EndPlay(Reason);
        }
    }

    virtual void Tick(float)
    {
    }

    bool Destroy(); // as in the engine: its play ends at once, its memory goes when the collector comes

    FTickFunction PrimaryActorTick;
    TObjectPtr<USceneComponent> RootComponent;
    std::vector<UActorComponent*> Components;
    bool bHasBegun = false;
    bool bHasEnded = false;
};

// Subsystems.
class FSubsystemCollectionBase
{
};

class USubsystem : public UObject
{
public:
    virtual void Initialize(FSubsystemCollectionBase&)
    {
    }

    virtual void Deinitialize()
    {
    }
};

class UGameInstanceSubsystem : public USubsystem
{
};

class UGameInstance : public UObject
{
public:
    template <class T> T* GetSubsystem()
    {
        USubsystem*& Found = Subsystems[typeid(T).name()];
        if (!Found)
        {
            FSubsystemCollectionBase Collection;
            Found = NewObject<T>(this);
            Found->Initialize(Collection);
        }
        return static_cast<T*>(Found);
    }

    std::map<std::string, USubsystem*> Subsystems;
};

// A player.
class FViewport
{
};

class UGameViewportClient : public UObject
{
public:
    FViewport* Viewport = &Own;

private:
    FViewport Own;
};

struct FSceneViewProjectionData
{
    FVector ViewOrigin;
    FMatrix ViewRotationMatrix;
    FMatrix ProjectionMatrix;
};

class ULocalPlayer : public UObject
{
public:
    bool GetProjectionData(FViewport* InViewport, FSceneViewProjectionData& Data,
                           int32 StereoViewIndex = INDEX_NONE) const;

    TObjectPtr<UGameViewportClient> ViewportClient;
    FVector Eye; // middle of both
    FQuat Gaze;
};

class APlayerController : public AActor
{
public:
    ULocalPlayer* GetLocalPlayer() const
    {
        return Player;
    }

    ULocalPlayer* Player = nullptr;
};

class UWorld : public UObject
{
public:
    UWorld* GetWorld() const override
    {
        return const_cast<UWorld*>(this);
    }

    APlayerController* GetFirstPlayerController() const
    {
        return Controller;
    }

    UGameInstance* GetGameInstance() const
    {
        return Game;
    }

    template <class T> T* Spawn()
    {
        T* Actor = NewObject<T>(this);
        Actors.push_back(Actor);
        Actor->BeginPlay();
        return Actor;
    }

    std::vector<AActor*> Actors;
    APlayerController* Controller = nullptr;
    UGameInstance* Game = nullptr;
    bool bIsPaused = false;
};

class UEngine : public UObject
{
public:
    bool IsStereoscopic3D(FViewport* = nullptr) const
    {
        return bIsStereo;
    }

    bool bIsStereo = false;
};

extern UEngine* GEngine;

// The core ticker.
class FTickerDelegate
{
public:
    template <class T> static FTickerDelegate CreateUObject(T* Object, bool (T::*Method)(float))
    {
        FTickerDelegate Made;
        Made.Object = Object;
        Made.Call = [Object, Method](float Delta) { return (Object->*Method)(Delta); };
        return Made;
    }

    const UObject* Object = nullptr;
    std::function<bool(float)> Call;
};

class FTSTicker
{
public:
    using FDelegateHandle = int;

    static FTSTicker& GetCoreTicker();
    FDelegateHandle AddTicker(const FTickerDelegate& Delegate, float Delay = 0);

    bool RemoveTicker(FDelegateHandle Handle)
    {
        return Entries.erase(Handle) > 0;
    }

    std::map<int, FTickerDelegate> Entries;

private:
    int LastHandle = 0;
};

// Blueprint's nodes that wait.
class UBlueprintAsyncActionBase : public UObject
{
public:
    virtual void Activate()
    {
    }

    void RegisterWithGameInstance(const UObject*)
    {
    }

    void SetReadyToDestroy()
    {
        bIsDone = true;
    }

    bool bIsDone = false;
};
