// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"
#include "RsaTalkerLanList.h"
#include "RsaTalkerProbe.h"

class FSpawnTabArgs;
class SDockTab;
class SWidget;

/** Tools > RSATalker > Status: whether there is a sidecar and why not, how the conversations in play go, and who is on
 * the LAN. */
class FRsaTalkerWindow
{
public:
    void Register();
    void Unregister();
    void Open();

private:
    TSharedRef<SDockTab> Spawn(const FSpawnTabArgs& Arguments);
    TSharedRef<SWidget> StartButton();
    TSharedRef<SWidget> LanButton();
    TSharedRef<SWidget> LanRow(int32 Index);
    FString Text();
    FString LanText();
    void AskLan();
    void Trust(int32 Index);

    FRsaTalkerProbe Probe;
    FRsaTalkerLanList Lan;
    FString StartProblem;
    FString LanProblem;
    bool bHasAsked = false;
};
