// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// What there is to see and hear of a conversation in a play session.

#pragma once

#include <string>

#include "JsonWriter.h"
#include "RsaTalkerConversation.h"

const char* NameOf(ERsaTalkerState State);

// Writes the texture's pixels of a head's newest frame; tells sizes and the surface's corners.
void TellCard(const ARsaTalkerConversation& Conversation, ERsaTalkerHead Head, const std::string& File,
              RsaTalker::JsonWriter& Json);

// Tells state, sentence, log, curves and sounds.
void TellConversation(const ARsaTalkerConversation& Conversation, RsaTalker::JsonWriter& Json);
