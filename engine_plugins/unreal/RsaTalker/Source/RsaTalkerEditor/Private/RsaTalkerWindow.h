// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"
#include "RsaTalkerProbe.h"

class FSpawnTabArgs;
class SDockTab;

/** Tools > RSATalker > Status: whether there is a sidecar and why not, and how the conversations in play go. */
class FRsaTalkerWindow
{
public:
    void Register();
    void Unregister();
    void Open();

private:
    TSharedRef<SDockTab> Spawn(const FSpawnTabArgs& Arguments);
    FString Text();

    FRsaTalkerProbe Probe;
    FString StartProblem;
};
