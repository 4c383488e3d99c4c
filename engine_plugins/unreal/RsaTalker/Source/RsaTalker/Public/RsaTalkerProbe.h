// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

/** Whether there is a sidecar as the project settings want it, and why not; without a game, for the editor. Game
 * thread. */
class RSATALKER_API FRsaTalkerProbe
{
public:
    FRsaTalkerProbe();
    ~FRsaTalkerProbe();

    /** Looks every two seconds; call it as often as you like. */
    void Look();

    /** Whether one answered when it was looked for. */
    bool IsFound() const;

    /** Where it is and its version, or why there is none, in one sentence. */
    FString GetSentence() const;

private:
    struct FInside;
    TSharedPtr<FInside> Inside;
};
