// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <memory>

#include "CoreMinimal.h"
#include "Sound/SoundWaveProcedural.h"

#include "RsaTalkerSoundWave.generated.h"

namespace RsaTalker
{
class VoiceBuffer;
}

/** The sound of one turn, handed out from the turn's own buffer, whose clock the face follows. */
UCLASS()
class RSATALKER_API URsaTalkerSoundWave : public USoundWaveProcedural
{
    GENERATED_BODY()

public:
    URsaTalkerSoundWave(const FObjectInitializer& ObjectInitializer = FObjectInitializer::Get());

    /** Game thread, before it is played. */
    void SetVoice(std::shared_ptr<RsaTalker::VoiceBuffer> InVoice);

    /** Audio thread: fills a block of 16-bit samples and returns its bytes; never waits, never allocates. */
    virtual int32 GeneratePCMData(uint8* PCMData, const int32 SamplesNeeded) override;

private:
    std::shared_ptr<RsaTalker::VoiceBuffer> Voice;
};
