// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerPcm.h"

#include "AudioDecompress.h"
#include "Interfaces/IAudioFormat.h"
#include "Sound/SoundWave.h"

bool DecodeRsaTalkerSound(USoundWave* Sound, FRsaTalkerPcm& Result, FString& Why)
{
    if (!Sound)
    {
        Why = TEXT("Speak was given no sound. Choose a Sound Wave.");
        return false;
    }
    Sound->InitAudioResource(Sound->GetRuntimeFormat());
    const TUniquePtr<ICompressedAudioInfo> Decoder(IAudioInfoFactoryRegistry::Get().Create(Sound->GetRuntimeFormat()));
    FSoundQualityInfo Quality{};
    if (!Decoder.IsValid() ||
        !Decoder->ReadCompressedInfo(Sound->GetResourceData(), Sound->GetResourceSize(), &Quality))
    {
        Why = FString::Printf(
            TEXT("The sound %s cannot be decoded here. Set its Loading Behavior Override to Force Inline."),
            *Sound->GetName());
        return false;
    }
    TArray<uint8> Bytes;
    Bytes.SetNumZeroed(static_cast<int32>(Quality.SampleDataSize));
    Decoder->ExpandFile(Bytes.GetData(), &Quality);
    const int16* Decoded = reinterpret_cast<const int16*>(Bytes.GetData());
    const int32 Channels = FMath::Max(static_cast<int32>(Quality.NumChannels), 1);
    const int32 Frames = Bytes.Num() / static_cast<int32>(sizeof(int16)) / Channels;
    Result.SampleRateHz = static_cast<int32>(Quality.SampleRate);
    Result.Samples.Reset();
    for (int32 Frame = 0; Frame < Frames; ++Frame)
    {
        int32 Sum = 0;
        for (int32 Channel = 0; Channel < Channels; ++Channel)
        {
            Sum += Decoded[Frame * Channels + Channel];
        }
        Result.Samples.Add(static_cast<int16>(Sum / Channels));
    }
    return true;
}

void AppendRsaTalkerSamples(const TArray<float>& Samples, TArray<int16>& Result)
{
    for (const float Sample : Samples)
    {
        Result.Add(static_cast<int16>(FMath::Clamp(Sample, -1.0f, 1.0f) * 32767.0f));
    }
}
