// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

class USoundWave;

/** One channel of 16-bit samples. */
struct FRsaTalkerPcm
{
    TArray<int16> Samples;
    int32 SampleRateHz = 0;
};

/** Decodes a sound asset; several channels are mixed. False, and one sentence, if it cannot be decoded here. Game
 * thread. */
bool DecodeRsaTalkerSound(USoundWave* Sound, FRsaTalkerPcm& Result, FString& Why);

/** Samples between -1 and 1 as 16 bits; what is beyond is clipped. */
void AppendRsaTalkerSamples(const TArray<float>& Samples, TArray<int16>& Result);
