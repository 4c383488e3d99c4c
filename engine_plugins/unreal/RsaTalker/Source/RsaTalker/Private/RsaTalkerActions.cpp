// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerActions.h"

#include "RsaTalkerConversation.h"
#include "Sound/SoundWave.h"

URsaTalkerStartConversation* URsaTalkerStartConversation::StartConversationAndWait(ARsaTalkerConversation* Conversation)
{
    URsaTalkerStartConversation* Action = NewObject<URsaTalkerStartConversation>();
    Action->Conversation = Conversation;
    Action->RegisterWithGameInstance(Conversation);
    return Action;
}

void URsaTalkerStartConversation::Activate()
{
    if (!Conversation)
    {
        return Finish(OnFailed,
                      TEXT("Start Conversation was given no conversation. Connect an RsaTalker Conversation."));
    }
    Conversation->OnFound.AddDynamic(this, &URsaTalkerStartConversation::Found);
    Conversation->OnLost.AddDynamic(this, &URsaTalkerStartConversation::Lost);
    Conversation->StartConversation();
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
    if (Conversation)
    {
        Conversation->OnFound.RemoveDynamic(this, &URsaTalkerStartConversation::Found);
        Conversation->OnLost.RemoveDynamic(this, &URsaTalkerStartConversation::Lost);
    }
    Pin.Broadcast(Sentence);
    SetReadyToDestroy();
}

URsaTalkerSpeak* URsaTalkerSpeak::SpeakAndWait(ARsaTalkerConversation* Conversation, ERsaTalkerHead Head,
                                               USoundWave* Sound, bool bInterrupt)
{
    URsaTalkerSpeak* Action = NewObject<URsaTalkerSpeak>();
    Action->Conversation = Conversation;
    Action->Sound = Sound;
    Action->Head = Head;
    Action->bInterrupt = bInterrupt;
    Action->RegisterWithGameInstance(Conversation);
    return Action;
}

void URsaTalkerSpeak::Activate()
{
    Turn = Conversation ? Conversation->Speak(Head, Sound, bInterrupt) : 0;
    if (Turn == 0)
    {
        OnFailed.Broadcast(Conversation
                               ? Conversation->GetSentence()
                               : FString(TEXT("Speak was given no conversation. Connect an RsaTalker Conversation.")));
        SetReadyToDestroy();
        return;
    }
    Conversation->OnTurnStart.AddDynamic(this, &URsaTalkerSpeak::Began);
    Conversation->OnTurnEnd.AddDynamic(this, &URsaTalkerSpeak::Ended);
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
    Conversation->OnTurnStart.RemoveDynamic(this, &URsaTalkerSpeak::Began);
    Conversation->OnTurnEnd.RemoveDynamic(this, &URsaTalkerSpeak::Ended);
    (bWasCut ? OnCut : OnEnded).Broadcast(FString());
    SetReadyToDestroy();
}
