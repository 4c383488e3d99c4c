// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Sound.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace
{
constexpr int32 BlockFrames = 1024; // of a device at 48 kHz: 21.3 ms
constexpr int32 DeviceRate = 48000;
constexpr std::chrono::microseconds BlockLength{int64{BlockFrames} * 1000000 / DeviceRate};

// Plays until it is told to end; a device that is held up has run dry meanwhile and makes up for nothing. The lock is
// the mixer's own: the game thread starts and stops sounds under it.
class Device
{
public:
    ~Device()
    {
        End();
    }

    void Set(const UAudioComponent* Component, USoundWave* Wave)
    {
        const std::lock_guard<std::mutex> Lock(Mutex);
        if (Wave)
        {
            Playing[Component] = Wave;
            Start();
        }
        else
        {
            Playing.erase(Component);
        }
    }

    bool Has(const UAudioComponent* Component)
    {
        const std::lock_guard<std::mutex> Lock(Mutex);
        return Playing.count(Component) > 0;
    }

    int32 Count()
    {
        const std::lock_guard<std::mutex> Lock(Mutex);
        return static_cast<int32>(Playing.size());
    }

    void Clear()
    {
        const std::lock_guard<std::mutex> Lock(Mutex);
        Playing.clear();
    }

    void End()
    {
        {
            const std::lock_guard<std::mutex> Lock(Mutex);
            Playing.clear();
            bEnds = true;
        }
        Wake.notify_all();
        if (Thread.joinable())
        {
            Thread.join();
        }
        bEnds = false;
    }

    std::atomic<int64> Heard{0};
    std::atomic<bool> bPaused{false};

private:
    void Start()
    {
        if (!Thread.joinable())
        {
            Thread = std::thread([this] { Run(); });
        }
    }

    void Run()
    {
        auto Next = std::chrono::steady_clock::now();
        std::vector<uint8> Block;
        std::unique_lock<std::mutex> Lock(Mutex);
        while (!bEnds)
        {
            for (const auto& [Component, Wave] : Playing)
            {
                if (!bPaused)
                {
                    Ask(*Wave, Block);
                }
            }
            Next = std::max(Next, std::chrono::steady_clock::now() - BlockLength) + BlockLength;
            Wake.wait_until(Lock, Next, [this] { return bEnds; });
        }
    }

    void Ask(USoundWave& Wave, std::vector<uint8>& Block)
    {
        const int32 Samples = static_cast<int32>(int64{BlockFrames} * Wave.Rate / DeviceRate);
        Block.assign(static_cast<std::size_t>(Samples) * sizeof(int16), 0xAA);
        const int32 Bytes = Wave.GeneratePCMData(Block.data(), Samples);
        for (int32 Index = 0; Index < Bytes / 2; ++Index)
        {
            int16 Sample = 0;
            std::memcpy(&Sample, &Block[static_cast<std::size_t>(Index) * 2], sizeof(Sample));
            Heard += Sample != 0 ? 1 : 0;
        }
    }

    std::mutex Mutex;
    std::condition_variable Wake;
    std::map<const UAudioComponent*, USoundWave*> Playing;
    std::thread Thread;
    bool bEnds = false;
};

Device& TheDevice()
{
    static Device Only;
    return Only;
}
} // namespace

UAudioComponent::~UAudioComponent()
{
    TheDevice().Set(this, nullptr);
}

void UAudioComponent::SetSound(USoundBase* Sound)
{
    Wave = dynamic_cast<USoundWave*>(Sound);
}

void UAudioComponent::Play(float)
{
    TheDevice().Set(this, Wave);
}

void UAudioComponent::Stop()
{
    TheDevice().Set(this, nullptr);
}

bool UAudioComponent::IsPlaying() const
{
    return TheDevice().Has(this);
}

void UAudioComponent::DestroyComponent(bool bPromoteChildren)
{
    Stop();
    USceneComponent::DestroyComponent(bPromoteChildren);
}

int64 FStubAudioDevice::HeardSamples()
{
    return TheDevice().Heard;
}

int32 FStubAudioDevice::PlayingCount()
{
    return TheDevice().Count();
}

void FStubAudioDevice::Swap()
{
    TheDevice().Clear();
}

void FStubAudioDevice::SetPaused(bool bPaused)
{
    TheDevice().bPaused = bPaused;
}

void FStubAudioDevice::Shutdown()
{
    TheDevice().End();
}

IAudioInfoFactoryRegistry& IAudioInfoFactoryRegistry::Get()
{
    static IAudioInfoFactoryRegistry Only;
    return Only;
}

bool ICompressedAudioInfo::ReadCompressedInfo(const uint8* Data, uint32 Size, FSoundQualityInfo* Info)
{
    Source = Data;
    SourceSize = Size;
    *Info = {16000, 1, static_cast<float>(Size) / 32000, Size};
    return Data != nullptr && Size > 0;
}

void ICompressedAudioInfo::ExpandFile(uint8* Target, FSoundQualityInfo*)
{
    std::memcpy(Target, Source, SourceSize);
}
