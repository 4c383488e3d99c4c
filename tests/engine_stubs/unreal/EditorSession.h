// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// What a play session asks the plugin's editor module for.

#pragma once

#include "JsonWriter.h"
#include "Stub/Services.h"

// Lets the module make its materials and menu, and tells what they are; as a commandlet, it has no windows.
void TellMaterials(const FStubEngine& Engine, bool bIsCommandlet, RsaTalker::JsonWriter& Json);

// Tells what the status window shows, which is made at the first call; may press a button: start, lan, trust.
void TellWindow(const FStubEngine& Engine, const std::string& Pressed, RsaTalker::JsonWriter& Json);
