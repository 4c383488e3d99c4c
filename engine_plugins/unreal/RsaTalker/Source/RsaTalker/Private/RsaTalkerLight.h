// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

#include "FrameRingLayout.h"

class UWorld;

/** What shines at a place: all lights of the world, a few times a second. Game thread. */
class FRsaTalkerLight
{
public:
    /** Writes the light, looked at anew if the last look is older than LookEveryS. */
    void Write(const UWorld* World, const FVector& Place, double NowS, RsaTalker::EngineSlot& State);

    static constexpr double LookEveryS = 0.2;

private:
    void Look(const UWorld* World, const FVector& Place);

    RsaTalker::EngineSlot Seen{};
    double LookedS = -1.0;
};
