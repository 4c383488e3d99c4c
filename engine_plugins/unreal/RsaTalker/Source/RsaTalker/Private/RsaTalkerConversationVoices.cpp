// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// What the two say: turns of whole sounds, and of samples that come piece by piece.

#include "HostClock.h"
#include "RsaTalkerConversation.h"
#include "RsaTalkerConversationInside.h"
#include "RsaTalkerPcm.h"
#include "RsaTalkerThreads.h"

int64 ARsaTalkerConversation::Speak(ERsaTalkerHead Head, USoundWave* Sound, bool bInterrupt)
{
    FString Why;
    const TSharedPtr<FRsaTalkerSound> Opened = OpenRsaTalkerSound(Sound, Why);
    if (!Opened.IsValid())
    {
        Complain(Why);
        return 0;
    }
    const int64 Turn = BeginTurn(Head, static_cast<int32>(Opened->Quality.SampleRate), bInterrupt);
    if (Turn != 0)
    {
        const std::shared_ptr<RsaTalker::VoiceBuffer> Voice = Inside->Voices[static_cast<std::uint64_t>(Turn)];
        RunRsaTalkerApart([Opened, Voice] { DecodeRsaTalkerSound(*Opened, *Voice); });
    }
    return Turn;
}

int64 ARsaTalkerConversation::SpeakSamples(ERsaTalkerHead Head, const TArray<float>& Samples, int32 SampleRateHz,
                                           bool bInterrupt)
{
    if (SampleRateHz > 0 && Samples.Num() > static_cast<int64>(RsaTalker::VoiceBuffer::LongestS) * SampleRateHz)
    {
        Complain(RsaTalkerTooLong);
        return 0;
    }
    const int64 Turn = BeginVoice(Head, SampleRateHz, bInterrupt);
    AppendVoice(Turn, Samples);
    EndVoice(Turn);
    return Turn;
}

int64 ARsaTalkerConversation::BeginVoice(ERsaTalkerHead Head, int32 SampleRateHz, bool bInterrupt)
{
    const int64 Turn = BeginTurn(Head, SampleRateHz, bInterrupt);
    if (Turn != 0)
    {
        Inside->Growing.insert(static_cast<std::uint64_t>(Turn));
    }
    return Turn;
}

int64 ARsaTalkerConversation::BeginTurn(ERsaTalkerHead Head, int32 SampleRateHz, bool bInterrupt)
{
    if (!Inside.IsValid() || GetState() == ERsaTalkerState::Stopped)
    {
        Complain(TEXT("The conversation has not been started, so nobody can speak. Call Start Conversation first."));
        return 0;
    }
    if (SampleRateHz < 8000 || SampleRateHz > 96000)
    {
        Complain(
            FString::Printf(TEXT("A voice has 8,000 to 96,000 samples a second; found %d. Convert it."), SampleRateHz));
        return 0;
    }
    const auto Voice = std::make_shared<RsaTalker::VoiceBuffer>(static_cast<std::uint32_t>(SampleRateHz));
    const std::uint64_t Turn =
        Inside->Talk.Voices().Begin(static_cast<int>(Head), Voice, bInterrupt, RsaTalker::HostClockNs());
    Inside->Voices[Turn] = Voice;
    return static_cast<int64>(Turn);
}

bool ARsaTalkerConversation::AppendVoice(int64 Turn, const TArray<float>& Samples)
{
    const std::uint64_t Number = static_cast<std::uint64_t>(Turn);
    if (!Inside.IsValid() || Inside->Growing.count(Number) == 0)
    {
        return false;
    }
    TArray<int16> Pcm;
    AppendRsaTalkerSamples(Samples, Pcm);
    return Inside->Voices[Number]->Append(Pcm.GetData(), static_cast<std::size_t>(Pcm.Num()));
}

void ARsaTalkerConversation::EndVoice(int64 Turn)
{
    const std::uint64_t Number = static_cast<std::uint64_t>(Turn);
    if (Inside.IsValid() && Inside->Growing.erase(Number) > 0)
    {
        Inside->Voices[Number]->Finish();
    }
}

void ARsaTalkerConversation::CancelTurn(int64 Turn)
{
    if (Inside.IsValid())
    {
        Inside->Talk.Voices().Cancel(static_cast<std::uint64_t>(Turn));
    }
}
