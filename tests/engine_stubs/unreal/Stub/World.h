// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// A world of actors; a game with subsystems; a player with two eyes; a ticker.

#pragma once

#include <chrono>
#include <map>
#include <string>
#include <typeinfo>

#include "Actors.h"

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
