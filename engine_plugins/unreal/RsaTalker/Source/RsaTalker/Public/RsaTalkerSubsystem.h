// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "Subsystems/GameInstanceSubsystem.h"

#include "RsaTalkerSubsystem.generated.h"

namespace RsaTalker
{
class SidecarLink;
}

DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FRsaTalkerConnection, const FString&, Sentence);

/** The connection to the sidecar: one for each game, whatever map it is in. Game thread. */
UCLASS()
class RSATALKER_API URsaTalkerSubsystem : public UGameInstanceSubsystem
{
    GENERATED_BODY()

public:
    virtual void Initialize(FSubsystemCollectionBase& Collection) override;
    virtual void Deinitialize() override;

    /** Whether a sidecar answers. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    bool IsConnected() const;

    /** What is wrong, or where it is connected to, in one sentence. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    FString GetSentence() const;

    /** Runs an installed `rsatalker serve`; returns false, and Get Sentence says why, if there is none. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    bool StartSidecar();

    /** Uses another sidecar from here on; empty: the one on this machine. On the LAN it is trusted by the fingerprint
     * that its `rsatalker serve --lan` prints; given once, it is remembered. Without one that is known, Get Sentence
     * tells the fingerprint that the sidecar shows. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void UseSidecar(const FString& Address, const FString& Token, const FString& Fingerprint);

    /** Asks the LAN for sidecars that announce themselves; On Announced tells each. False: no network takes the
     * question. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    bool FindSidecars();

    /** A sidecar of the LAN announced itself: its address for Use Sidecar. Anybody may announce anything. */
    UPROPERTY(BlueprintAssignable, Category = "RSATalker")
    FRsaTalkerConnection OnAnnounced;

    /** A sidecar answers. */
    UPROPERTY(BlueprintAssignable, Category = "RSATalker")
    FRsaTalkerConnection OnFound;

    /** The sidecar has gone. */
    UPROPERTY(BlueprintAssignable, Category = "RSATalker")
    FRsaTalkerConnection OnLost;

    /** The connection itself. */
    RsaTalker::SidecarLink& Link() const;

private:
    bool Tick(float DeltaSeconds);

    struct FConnection;
    TSharedPtr<FConnection> Connection;
    FTSTicker::FDelegateHandle Ticker;
    FString StartProblem;
    int32 Announced = 0;
    bool bWasConnected = false;
};
