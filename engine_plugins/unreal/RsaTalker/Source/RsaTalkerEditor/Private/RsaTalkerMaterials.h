// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

/**
 * Makes the two materials of the heads in the plugin's content, where they are missing: a material is a binary asset,
 * so that the editor has to make it. Returns an empty text, or one sentence that says what went wrong. Game thread.
 */
FString MakeRsaTalkerMaterials(bool bAnew);
