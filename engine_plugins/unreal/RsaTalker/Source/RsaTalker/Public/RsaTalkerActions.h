// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"
#include "Kismet/BlueprintAsyncActionBase.h"
#include "RsaTalkerTypes.h"

#include "RsaTalkerActions.generated.h"

class ARsaTalkerConversation;
class USoundWave;

DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FRsaTalkerActionPin, const FString&, Sentence);

/** Starts a conversation and goes on when both heads live. Game thread. */
UCLASS()
class RSATALKER_API URsaTalkerStartConversation : public UBlueprintAsyncActionBase
{
    GENERATED_BODY()

public:
    /** Starts a conversation; goes on when both heads live, or when the sidecar refused. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker",
              meta = (BlueprintInternalUseOnly = "true", DisplayName = "Start Conversation and Wait"))
    static URsaTalkerStartConversation* StartConversationAndWait(ARsaTalkerConversation* Conversation);

    /** Both heads live. */
    UPROPERTY(BlueprintAssignable)
    FRsaTalkerActionPin OnLive;

    /** The sidecar refused, and says why. */
    UPROPERTY(BlueprintAssignable)
    FRsaTalkerActionPin OnFailed;

    virtual void Activate() override;

private:
    UFUNCTION()
    void Found(ERsaTalkerState State, const FString& Sentence);

    UFUNCTION()
    void Lost(ERsaTalkerState State, const FString& Sentence);

    void Finish(FRsaTalkerActionPin& Pin, const FString& Sentence);

    UPROPERTY()
    TObjectPtr<ARsaTalkerConversation> Stage;
};

/** Says a sound and goes on when it begins and when it ends. Game thread. */
UCLASS()
class RSATALKER_API URsaTalkerSpeak : public UBlueprintAsyncActionBase
{
    GENERATED_BODY()

public:
    /** Says a sound; goes on when it is heard first and when it is over. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker",
              meta = (BlueprintInternalUseOnly = "true", DisplayName = "Speak and Wait"))
    static URsaTalkerSpeak* SpeakAndWait(ARsaTalkerConversation* Conversation, ERsaTalkerHead Head, USoundWave* Sound,
                                         bool bInterrupt);

    /** Its sound begins. */
    UPROPERTY(BlueprintAssignable)
    FRsaTalkerActionPin OnBegan;

    /** Its last sound was heard. */
    UPROPERTY(BlueprintAssignable)
    FRsaTalkerActionPin OnEnded;

    /** It was cut off. */
    UPROPERTY(BlueprintAssignable)
    FRsaTalkerActionPin OnCut;

    /** It could not be said; the sentence says why. */
    UPROPERTY(BlueprintAssignable)
    FRsaTalkerActionPin OnFailed;

    virtual void Activate() override;

private:
    UFUNCTION()
    void Began(ERsaTalkerHead InHead, int64 InTurn);

    UFUNCTION()
    void Ended(ERsaTalkerHead InHead, int64 InTurn, bool bWasCut);

    UPROPERTY()
    TObjectPtr<ARsaTalkerConversation> Stage;

    UPROPERTY()
    TObjectPtr<USoundWave> Words;

    ERsaTalkerHead Speaker = ERsaTalkerHead::A;
    bool bBreaksIn = false;
    int64 Turn = 0;
};
