// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"
#include "GameFramework/Actor.h"
#include "RsaTalkerTypes.h"

#include "RsaTalkerConversation.generated.h"

class URsaTalkerHeadComponent;
class USoundWave;

DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(FRsaTalkerTurnStart, ERsaTalkerHead, Head, int64, Turn);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_ThreeParams(FRsaTalkerTurnEnd, ERsaTalkerHead, Head, int64, Turn, bool, bWasCut);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(FRsaTalkerStateChange, ERsaTalkerState, State, const FString&, Sentence);

/** Two heads in conversation. Drop it into a level, choose two avatars, press Play. Game thread. */
UCLASS(meta = (DisplayName = "RsaTalker Conversation"))
class RSATALKER_API ARsaTalkerConversation : public AActor
{
    GENERATED_BODY()

public:
    ARsaTalkerConversation();
    virtual ~ARsaTalkerConversation() override;

    /** The first head. */
    UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "RSATalker")
    TObjectPtr<URsaTalkerHeadComponent> HeadA;

    /** The second head. */
    UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "RSATalker")
    TObjectPtr<URsaTalkerHeadComponent> HeadB;

    /** An actor with an RsaTalker Head that takes the place of Head A, such as a MetaHuman; it may come and go. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    TObjectPtr<AActor> ActorA;

    /** The same for Head B. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    TObjectPtr<AActor> ActorB;

    /** Who the two are to each other. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    FRsaTalkerRelationship Relationship;

    /** Start when play begins. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    bool bStartOnPlay = true;

    /** What the first head says as soon as both live. None: it says nothing until it is told to. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    TObjectPtr<USoundWave> FirstSentence;

    /** What the second head answers. None: nothing. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    TObjectPtr<USoundWave> FirstReply;

    /** Chance of blinks, nods and glances: another seed, other chances. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    int32 Seed = 0;

    /** Shows faces so much later than their sound, milliseconds; below 0: earlier. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker", meta = (ClampMin = "-500", ClampMax = "500"))
    int32 AvOffsetMs = 0;

    /** Send the scene's lights to the sidecar, so that the heads sit in them. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    bool bUseSceneLight = true;

    /** The sound of a turn may be heard from here on. */
    UPROPERTY(BlueprintAssignable, Category = "RSATalker")
    FRsaTalkerTurnStart OnTurnStart;

    /** The last sound of a turn was heard, or it was cut. */
    UPROPERTY(BlueprintAssignable, Category = "RSATalker")
    FRsaTalkerTurnEnd OnTurnEnd;

    /** Both heads live. */
    UPROPERTY(BlueprintAssignable, Category = "RSATalker")
    FRsaTalkerStateChange OnFound;

    /** The sidecar has gone or refused; the last picture stays. */
    UPROPERTY(BlueprintAssignable, Category = "RSATalker")
    FRsaTalkerStateChange OnLost;

    /** Begins the conversation, now or as soon as there is a sidecar. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void StartConversation();

    /** Ends it: silence, and no heads. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void Stop();

    /** Says a whole sound, which is decoded meanwhile. Returns the turn's number; 0, and Get Sentence says why, if the
     * sound cannot be read or is longer than 300 s. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    int64 Speak(ERsaTalkerHead Head, USoundWave* Sound, bool bInterrupt = false);

    /** Says samples between -1 and 1, one channel. Returns the turn's number; 0, and Get Sentence says why, if there
     * are more than 300 s of them. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    int64 SpeakSamples(ERsaTalkerHead Head, const TArray<float>& Samples, int32 SampleRateHz, bool bInterrupt = false);

    /** Begins a turn whose voice comes piece by piece, as from a TTS engine. Returns its number. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    int64 BeginVoice(ERsaTalkerHead Head, int32 SampleRateHz, bool bInterrupt = false);

    /** Adds samples to it; false if it has ended or would be longer than 300 s. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    bool AppendVoice(int64 Turn, const TArray<float>& Samples);

    /** No more samples will come. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void EndVoice(int64 Turn);

    /** Cuts a turn off: sound and face stop together. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void CancelTurn(int64 Turn);

    /** Changes who the two are to each other. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void SetRelationship(const FRsaTalkerRelationship& NewRelationship);

    /** Changes how one of them feels. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void SetMood(ERsaTalkerHead Head, const FRsaTalkerMood& Mood);

    /** What the conversation is doing. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    ERsaTalkerState GetState() const;

    /** What goes on, or what is wrong and what to do, in one sentence. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    FString GetSentence() const;

    /** How it goes. Whoever asks makes the sidecar be asked, once a second. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    FRsaTalkerHealth GetHealth();

    /** The head of a participant: its own, or that of Actor A or B while there is one. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    URsaTalkerHeadComponent* GetHead(ERsaTalkerHead Head) const;

    /** The sidecar's origin in this world, so that its lengths stay small in large worlds. */
    FVector GetSpaceOrigin() const;

    virtual void BeginPlay() override;
    virtual void EndPlay(const EEndPlayReason::Type EndPlayReason) override;
    virtual void Tick(float DeltaSeconds) override;

private:
    struct FInside;

    void Enter(ERsaTalkerState State);
    void Complain(const FString& Sentence);
    URsaTalkerHeadComponent& Meet(ERsaTalkerHead Head);
    void Publish(int64 NowNs);
    void Open();
    int64 BeginTurn(ERsaTalkerHead Head, int32 SampleRateHz, bool bInterrupt);
    void GoOn(int64 Turn, bool bWasCut);

    TSharedPtr<FInside> Inside;
    FString Complaint;
    ERsaTalkerState Was = ERsaTalkerState::Stopped; // when it was told last
    int64 FirstTurn = 0;
    bool bHasOpened = false; // said its first sentence, once for each start
    bool bHasEnded = false;  // left play
};
