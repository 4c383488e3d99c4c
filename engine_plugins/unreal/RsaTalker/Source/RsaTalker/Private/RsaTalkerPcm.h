// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "AudioDecompress.h"
#include "CoreMinimal.h"
#include "Interfaces/IAudioFormat.h"

#include "VoiceBuffer.h"

class USoundWave;

/** A sound asset that is about to be said: its data, apart from the asset, and what decodes them. */
struct FRsaTalkerSound
{
    TArray<uint8> Compressed;
    TUniquePtr<ICompressedAudioInfo> Decoder;
    FSoundQualityInfo Quality{};
};

/** What is said of a sound that is longer than a turn may be. */
inline const TCHAR* const RsaTalkerTooLong =
    TEXT("The sound is longer than 300 s, the longest turn. Cut it into several.");

/** Opens a sound asset. Null, and one sentence, if it cannot be decoded here or is too long. Game thread. */
TSharedPtr<FRsaTalkerSound> OpenRsaTalkerSound(USoundWave* Sound, FString& Why);

/** Decodes it into a voice, which is complete then; several channels are mixed. A thread that may take its time. */
void DecodeRsaTalkerSound(FRsaTalkerSound& Sound, RsaTalker::VoiceBuffer& Voice);

/** Samples between -1 and 1 as 16 bits; what is beyond is clipped. */
void AppendRsaTalkerSamples(const TArray<float>& Samples, TArray<int16>& Result);
