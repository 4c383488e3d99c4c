// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <map>
#include <memory>
#include <set>

#include "Conversation.h"
#include "CoreMinimal.h"
#include "RsaTalkerConversation.h"
#include "RsaTalkerHeadComponent.h"
#include "RsaTalkerJpeg.h"
#include "RsaTalkerLight.h"

/** The engine-free conversation, and what belongs to it. */
struct ARsaTalkerConversation::FInside
{
    explicit FInside(ARsaTalkerConversation& InActor, RsaTalker::SidecarLink& InLink)
        : Actor(InActor), Link(InLink),
          Talk(
              InLink, std::make_shared<FRsaTalkerJpeg>(),
              [this](RsaTalker::ConversationState Now) { Actor.Enter(static_cast<ERsaTalkerState>(Now)); },
              [this](const RsaTalker::TurnEvent& Event) { Turn(Event); })
    {
    }

    void Turn(const RsaTalker::TurnEvent& Event);

    ARsaTalkerConversation& Actor;
    const RsaTalker::SidecarLink& Link;
    std::map<std::uint64_t, std::shared_ptr<RsaTalker::VoiceBuffer>> Voices; // of turns that are not over
    std::set<std::uint64_t> Growing; // of those, the ones whose samples come piece by piece
    std::shared_ptr<RsaTalker::VoiceBuffer> Heard[RsaTalker::Participants];  // what each head says now
    TWeakObjectPtr<URsaTalkerHeadComponent> Joined[RsaTalker::Participants]; // whom the heads were last
    FRsaTalkerLight Light;
    RsaTalker::EngineSlot State{};
    RsaTalker::Conversation Talk;
};
