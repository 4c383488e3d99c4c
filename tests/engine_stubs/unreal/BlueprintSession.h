// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// Blueprint's nodes in a play session.

#pragma once

#include <functional>

#include "JsonWriter.h"
#include "RsaTalkerConversation.h"

// Starts, waits, lets A speak, waits; tells which pins fired, in order. `Run` lets time go by until something is so.
void TellNodes(ARsaTalkerConversation& Conversation, USoundWave* Sound,
               const std::function<void(const std::function<bool()>&)>& Run, RsaTalker::JsonWriter& Json);
