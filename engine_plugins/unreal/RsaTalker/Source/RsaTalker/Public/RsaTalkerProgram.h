// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

/** Runs an installed `rsatalker serve` without a window, unless one that was started from here runs. Returns an empty
 * text, or one sentence that says why not. Game thread. */
RSATALKER_API FString StartRsaTalkerProgram();

/** What the one that was started from here does while nobody answers yet: it gets ready, or has ended. Empty: none was
 * started. Game thread. */
RSATALKER_API FString RsaTalkerProgramSentence();

/** Name and version of engine and plugin, for the sidecar's log. */
RSATALKER_API FString RsaTalkerClientName();
