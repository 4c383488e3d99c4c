// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Sound: a device with a thread of its own that asks for blocks at the pace of the wall clock.

#pragma once

#include "World.h"

constexpr float INDEFINITELY_LOOPING_DURATION = 10000;

enum ESoundGroup
{
    SOUNDGROUP_Default,
    SOUNDGROUP_Voice,
};

enum class EVirtualizationMode
{
    Disabled,
    PlayWhenSilent,
};

class USoundBase : public UObject
{
public:
    EVirtualizationMode VirtualizationMode = EVirtualizationMode::Disabled;
};

class USoundWave : public USoundBase
{
public:
    explicit USoundWave(const FObjectInitializer& = FObjectInitializer::Get())
    {
    }

    virtual int32 GeneratePCMData(uint8*, const int32)
    {
        return 0;
    }

    void SetSampleRate(uint32 InRate)
    {
        Rate = InRate;
    }

    void InitAudioResource(FName)
    {
        bIsLoaded = true;
    }

    FName GetRuntimeFormat() const
    {
        return TEXT("PCM");
    }

    const uint8* GetResourceData() const
    {
        return bIsLoaded ? reinterpret_cast<const uint8*>(Imported.data()) : nullptr;
    }

    uint32 GetResourceSize() const
    {
        return static_cast<uint32>(Imported.size() * sizeof(int16));
    }

    int32 NumChannels = 1;
    float Duration = 0;
    ESoundGroup SoundGroup = SOUNDGROUP_Default;
    bool bLooping = false;
    uint32 Rate = 48000;
    std::vector<int16> Imported; // of an asset

private:
    bool bIsLoaded = false;
};

class USoundWaveProcedural : public USoundWave
{
public:
    explicit USoundWaveProcedural(const FObjectInitializer& Initializer) : USoundWave(Initializer)
    {
    }
};

class USoundAttenuation : public UObject
{
};

class UAudioComponent : public USceneComponent
{
public:
    ~UAudioComponent() override;
    void SetSound(USoundBase* Sound);
    void Play(float StartTime = 0);
    void Stop();
    bool IsPlaying() const;
    void DestroyComponent(bool bPromoteChildren = false) override;

    bool bAutoDestroy = true;
    bool bOverrideAttenuation = false;
    TObjectPtr<USoundAttenuation> AttenuationSettings;

private:
    USoundWave* Wave = nullptr;
};

// For the test: what was heard so far (samples other than 0), and devices that come and go.
struct FStubAudioDevice
{
    static int64 HeardSamples();
    static int32 PlayingCount();
    static void Swap(); // another device: everything stops once
    static void SetPaused(bool bPaused);
    static void Shutdown();
};

struct FSoundQualityInfo
{
    uint32 SampleRate;
    uint32 NumChannels;
    float Duration;
    uint32 SampleDataSize;
};

class ICompressedAudioInfo
{
public:
    bool ReadCompressedInfo(const uint8* Data, uint32 Size, FSoundQualityInfo* Info);
    void ExpandFile(uint8* Target, FSoundQualityInfo* Info);

private:
    const uint8* Source = nullptr;
    uint32 SourceSize = 0;
};

class IAudioInfoFactoryRegistry
{
public:
    static IAudioInfoFactoryRegistry& Get();

    ICompressedAudioInfo* Create(FName)
    {
        return new ICompressedAudioInfo();
    }
};
