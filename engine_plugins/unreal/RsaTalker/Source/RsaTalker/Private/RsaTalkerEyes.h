// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

#include "FrameRingLayout.h"

class UWorld;

/** Whether the world is seen in a headset: both eyes. Game thread. */
bool IsRsaTalkerStereo(const UWorld* World);

/** Where the eyes of the first player are, relative to an origin, as they will be drawn next. Game thread. */
void WriteRsaTalkerEyes(const UWorld* World, const FVector& Origin, RsaTalker::EngineSlot& State);
