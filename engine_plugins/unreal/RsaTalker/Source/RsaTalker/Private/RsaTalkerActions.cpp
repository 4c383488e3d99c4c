// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerActions.h"

#include "RsaTalkerConversation.h"
#include "Sound/SoundWave.h"

URsaTalkerStartConversation* URsaTalkerStartConversation::StartConversationAndWait(ARsaTalkerConversation* Conversation)
{
    URsaTalkerStartConversation* Action = NewObject<URsaTalkerStartConversation>();
    Action->Stage = Conversation;
    Action->RegisterWithGameInstance(Conversation);
    return Action;
}

void URsaTalkerStartConversation::Activate()
{
    if (!Stage)
    {
        return Finish(OnFailed,
                      TEXT("Start Conversation was given no conversation. Connect an RsaTalker Conversation."));
    }
    Stage->OnFound.AddDynamic(this, &URsaTalkerStartConversation::Found);
    Stage->OnLost.AddDynamic(this, &URsaTalkerStartConversation::Lost);
    Stage->StartConversation();
}

void URsaTalkerStartConversation::Found(ERsaTalkerState, const FString& Sentence)
{
    Finish(OnLive, Sentence);
}

void URsaTalkerStartConversation::Lost(ERsaTalkerState State, const FString& Sentence)
{
    if (State == ERsaTalkerState::Failed) // while it only waits, a sidecar may still come
    {
        Finish(OnFailed, Sentence);
    }
}

void URsaTalkerStartConversation::Finish(FRsaTalkerActionPin& Pin, const FString& Sentence)
{
    if (Stage)
    {
        Stage->OnFound.RemoveDynamic(this, &URsaTalkerStartConversation::Found);
        Stage->OnLost.RemoveDynamic(this, &URsaTalkerStartConversation::Lost);
    }
    Pin.Broadcast(Sentence);
    SetReadyToDestroy();
}

URsaTalkerSpeak* URsaTalkerSpeak::SpeakAndWait(ARsaTalkerConversation* Conversation, ERsaTalkerHead Head,
                                               USoundWave* Sound, bool bInterrupt)
{
    URsaTalkerSpeak* Action = NewObject<URsaTalkerSpeak>();
    Action->Stage = Conversation;
    Action->Words = Sound;
    Action->Speaker = Head;
    Action->bBreaksIn = bInterrupt;
    Action->RegisterWithGameInstance(Conversation);
    return Action;
}

void URsaTalkerSpeak::Activate()
{
    Turn = Stage ? Stage->Speak(Speaker, Words, bBreaksIn) : 0;
    if (Turn == 0)
    {
        OnFailed.Broadcast(Stage
                               ? Stage->GetSentence()
                               : FString(TEXT("Speak was given no conversation. Connect an RsaTalker Conversation.")));
        SetReadyToDestroy();
        return;
    }
    Stage->OnTurnStart.AddDynamic(this, &URsaTalkerSpeak::Began);
    Stage->OnTurnEnd.AddDynamic(this, &URsaTalkerSpeak::Ended);
}

void URsaTalkerSpeak::Began(ERsaTalkerHead, int64 InTurn)
{
    if (InTurn == Turn)
    {
        OnBegan.Broadcast(FString());
    }
}

void URsaTalkerSpeak::Ended(ERsaTalkerHead, int64 InTurn, bool bWasCut)
{
    if (InTurn != Turn)
    {
        return;
    }
    Stage->OnTurnStart.RemoveDynamic(this, &URsaTalkerSpeak::Began);
    Stage->OnTurnEnd.RemoveDynamic(this, &URsaTalkerSpeak::Ended);
    (bWasCut ? OnCut : OnEnded).Broadcast(FString());
    SetReadyToDestroy();
}
