// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

#include "ConversationSetup.h"
#include "RsaTalkerTypes.h"
#include "SidecarLink.h"

class ARsaTalkerConversation;

/** What Blueprint says, in the protocol's terms. Game thread. */
RsaTalker::RelationshipSetup RsaTalkerRelationshipOf(const FRsaTalkerRelationship& Relationship);
RsaTalker::LinkSettings RsaTalkerLinkOf(const FString& Address, const FString& Token, const FString& Fingerprint);
RsaTalker::MoodSetup RsaTalkerMoodOf(const FRsaTalkerMood& Mood);
RsaTalker::ConversationSetup RsaTalkerSetupOf(const ARsaTalkerConversation& Actor, bool bIsStereo);

/** Where both heads stand, relative to the conversation's origin: two row-major matrices. */
void WriteRsaTalkerPlaces(const ARsaTalkerConversation& Actor, float (&WorldFromHeads)[32]);
