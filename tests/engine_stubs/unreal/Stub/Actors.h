// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Actors and components that begin, tick and end play.

#pragma once

#include <map>
#include <vector>

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
