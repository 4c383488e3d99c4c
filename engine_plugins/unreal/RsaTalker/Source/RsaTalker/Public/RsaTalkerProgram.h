// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

/** Runs an installed `rsatalker serve` without a window. Returns an empty text, or one sentence that says why not. */
RSATALKER_API FString StartRsaTalkerProgram();

/** Name and version of engine and plugin, for the sidecar's log. */
RSATALKER_API FString RsaTalkerClientName();
