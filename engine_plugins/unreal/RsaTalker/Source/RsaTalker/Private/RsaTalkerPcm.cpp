// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerPcm.h"

#include "Sound/SoundWave.h"

namespace
{
// Samples of one channel.
int64 FramesOf(const FSoundQualityInfo& Quality)
{
    return Quality.SampleDataSize / (sizeof(int16) * FMath::Max<uint32>(Quality.NumChannels, 1));
}
} // namespace

TSharedPtr<FRsaTalkerSound> OpenRsaTalkerSound(USoundWave* Sound, FString& Why)
{
    if (!Sound)
    {
        Why = TEXT("Speak was given no sound. Choose a Sound Wave.");
        return nullptr;
    }
    Sound->InitAudioResource(Sound->GetRuntimeFormat());
    TSharedPtr<FRsaTalkerSound> Opened = MakeShared<FRsaTalkerSound>();
    Opened->Decoder.Reset(IAudioInfoFactoryRegistry::Get().Create(Sound->GetRuntimeFormat()));
    Opened->Compressed.Append(Sound->GetResourceData(), static_cast<int32>(Sound->GetResourceSize()));
    if (!Opened->Decoder.IsValid() ||
        !Opened->Decoder->ReadCompressedInfo(Opened->Compressed.GetData(),
                                             static_cast<uint32>(Opened->Compressed.Num()), &Opened->Quality))
    {
        Why = FString::Printf(
            TEXT("The sound %s cannot be decoded here. Set its Loading Behavior Override to Force Inline."),
            *Sound->GetName());
        return nullptr;
    }
    if (FramesOf(Opened->Quality) > static_cast<int64>(RsaTalker::VoiceBuffer::LongestS * Opened->Quality.SampleRate))
    {
        Why = RsaTalkerTooLong;
        return nullptr;
    }
    return Opened;
}

void DecodeRsaTalkerSound(FRsaTalkerSound& Sound, RsaTalker::VoiceBuffer& Voice)
{
    TArray<uint8> Bytes;
    Bytes.SetNumZeroed(static_cast<int32>(Sound.Quality.SampleDataSize));
    Sound.Decoder->ExpandFile(Bytes.GetData(), &Sound.Quality);
    const int16* Decoded = reinterpret_cast<const int16*>(Bytes.GetData());
    const int32 Channels = FMath::Max(static_cast<int32>(Sound.Quality.NumChannels), 1);
    const int32 Frames = static_cast<int32>(FramesOf(Sound.Quality));
    TArray<int16> Mixed;
    Mixed.SetNumZeroed(Frames);
    for (int32 Frame = 0; Frame < Frames; ++Frame)
    {
        int32 Sum = 0;
        for (int32 Channel = 0; Channel < Channels; ++Channel)
        {
            Sum += Decoded[Frame * Channels + Channel];
        }
        Mixed[Frame] = static_cast<int16>(Sum / Channels);
    }
    Voice.Append(Mixed.GetData(), static_cast<std::size_t>(Frames));
    Voice.Finish();
}

void AppendRsaTalkerSamples(const TArray<float>& Samples, TArray<int16>& Result)
{
    for (const float Sample : Samples)
    {
        Result.Add(static_cast<int16>(FMath::Clamp(Sample, -1.0f, 1.0f) * 32767.0f));
    }
}
