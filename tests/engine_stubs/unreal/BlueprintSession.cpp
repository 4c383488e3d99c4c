// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "BlueprintSession.h"

#include "RsaTalkerActions.h"

void TellNodes(ARsaTalkerConversation& Conversation, USoundWave* Sound,
               const std::function<void(const std::function<bool()>&)>& Run, RsaTalker::JsonWriter& Json)
{
    std::string Fired;
    const int32 Before = Conversation.OnFound.Num() + Conversation.OnLost.Num();
    const auto Note = [&Fired](const char* Pin)
    { return [&Fired, Pin](const FString&) { Fired += std::string(Pin) + " "; }; };
    URsaTalkerSpeak* const Nowhere = URsaTalkerSpeak::SpeakAndWait(nullptr, ERsaTalkerHead::A, nullptr, false);
    Nowhere->OnFailed.AddStub(Note("failed"));
    Nowhere->Activate();
    URsaTalkerStartConversation* const Start = URsaTalkerStartConversation::StartConversationAndWait(&Conversation);
    Start->OnLive.AddStub(Note("live"));
    Start->Activate();
    Run([Start] { return Start->bIsDone; });
    URsaTalkerSpeak* const Speak = URsaTalkerSpeak::SpeakAndWait(&Conversation, ERsaTalkerHead::A, Sound, false);
    Speak->OnBegan.AddStub(Note("began"));
    Speak->OnEnded.AddStub(Note("ended"));
    Speak->Activate();
    Run([Speak] { return Speak->bIsDone; });
    Json.Text("fired", Fired).Integer("listeners", Conversation.OnFound.Num() + Conversation.OnLost.Num() - Before);
}
