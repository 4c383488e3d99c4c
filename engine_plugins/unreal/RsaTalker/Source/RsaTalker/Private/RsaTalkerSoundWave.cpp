// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerSoundWave.h"

#include "HostClock.h"
#include "VoiceBuffer.h"

URsaTalkerSoundWave::URsaTalkerSoundWave(const FObjectInitializer& ObjectInitializer) : Super(ObjectInitializer)
{
    NumChannels = 1;
    Duration = INDEFINITELY_LOOPING_DURATION;
    SoundGroup = SOUNDGROUP_Voice;
    bLooping = false;
    VirtualizationMode = EVirtualizationMode::PlayWhenSilent; // out of earshot its clock goes on, and so does the face
}

void URsaTalkerSoundWave::SetVoice(std::shared_ptr<RsaTalker::VoiceBuffer> InVoice)
{
    Voice = std::move(InVoice);
    SetSampleRate(Voice->SampleRateHz);
}

int32 URsaTalkerSoundWave::GeneratePCMData(uint8* PCMData, const int32 SamplesNeeded)
{
    if (!Voice || SamplesNeeded <= 0)
    {
        return 0;
    }
    Voice->Play(reinterpret_cast<int16*>(PCMData), static_cast<std::size_t>(SamplesNeeded), RsaTalker::HostClockNs());
    return SamplesNeeded * static_cast<int32>(sizeof(int16));
}
