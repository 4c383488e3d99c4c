// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "AudioClock.h"
#include "Checks.h"
#include "FrameMeter.h"
#include "Turn.h"
#include "VoiceBuffer.h"

#include <vector>

using namespace RsaTalker;

namespace
{
constexpr std::int64_t Ms = 1'000'000;

// A device that takes blocks of 21.3 ms, each asked for up to 8 ms late, and runs a little fast.
void Follow(AudioClock& Clock, int Blocks, double Speed, double& WorstUs)
{
    unsigned Chance = 1;
    for (int Block = 0; Block < Blocks; ++Block)
    {
        Chance = Chance * 1664525u + 1013904223u;
        const double TrueUs = Block * 21333.333;
        const double AtUs = TrueUs / Speed + (Chance >> 8) % 8000;
        Clock.Observe(std::llround(TrueUs), std::llround(AtUs * 1000) + Ms);
        if (Block > 200)
        {
            const double Now = (TrueUs / Speed + 10000) * 1000;
            const double Error = static_cast<double>(Clock.PositionUsAt(std::llround(Now) + Ms)) - Now / 1000 * Speed;
            WorstUs = std::max(WorstUs, std::abs(Error + 4000)); // the mean delay of its questions cannot be known
        }
    }
}

VoiceBuffer& Filled(VoiceBuffer& Voice, std::size_t Count)
{
    std::vector<std::int16_t> Samples(Count);
    for (std::size_t Index = 0; Index < Count; ++Index)
    {
        Samples[Index] = static_cast<std::int16_t>(Index % 30000 + 1);
    }
    EXPECT(Voice.Append(Samples.data(), Count));
    return Voice;
}
} // namespace

CHECK_THAT(AudioClockSmoothsBlocksThatJitter)
{
    AudioClock Clock;
    double WorstUs = 0;
    Follow(Clock, 1000, 1.0, WorstUs);
    EXPECT(WorstUs < 3000);
}

CHECK_THAT(AudioClockFollowsADeviceThatRunsFast)
{
    AudioClock Clock;
    double WorstUs = 0;
    Follow(Clock, 170000, 1.0005, WorstUs); // an hour, in which 1.8 s would add up
    EXPECT(WorstUs < 3000);
}

CHECK_THAT(AudioClockStandsStillWhenTheDeviceIsGone)
{
    AudioClock Clock;
    Clock.Observe(0, Ms);
    Clock.Observe(20'000, 21 * Ms);
    EXPECT(Clock.RateAt(30 * Ms) > 0.9f);
    EXPECT(Clock.RateAt(1000 * Ms) == 0.0f);
    EXPECT(Clock.PositionUsAt(1000 * Ms) == Clock.PositionUsAt(5000 * Ms));
}

CHECK_THAT(AudioClockJumpsAfterAPause)
{
    AudioClock Clock;
    Clock.Observe(0, Ms);
    Clock.Observe(1'000'000, 5000 * Ms);
    EXPECT(Clock.PositionUsAt(5010 * Ms) == 1'010'000);
}

CHECK_THAT(FrameMeterTellsHowManyFramesComeAndHowOldTheyAre)
{
    FrameMeter Meter;
    for (std::int64_t Number = 1; Number <= 130; ++Number)
    {
        Meter.Note(0, Number * 20 * Ms - 15 * Ms, Number * 20 * Ms);
        Meter.Note(1, Number * 20 * Ms - 15 * Ms, Number * 20 * Ms);
    }
    EXPECT(IsNear(Meter.PerSecond(), 50, 0.5));
    EXPECT(IsNear(Meter.LatencyMs(), 15, 1e-6));
}

CHECK_THAT(VoiceIsSilentUntilItIsReleased)
{
    VoiceBuffer Voice(1000);
    Filled(Voice, 500).Finish();
    std::int16_t Block[100] = {1};
    EXPECT(Voice.Play(Block, 100, Ms) == 0);
    EXPECT(Block[0] == 0);
    Voice.Release();
    EXPECT(Voice.Play(Block, 100, 2 * Ms) == 100);
    EXPECT(Block[99] == 100);
}

CHECK_THAT(VoiceWaitsForMoreAfterItRanDry)
{
    VoiceBuffer Voice(1000);
    std::int16_t Block[100];
    Voice.Release();
    Filled(Voice, 50);
    EXPECT(Voice.Play(Block, 100, Ms) == 0); // 60 ms are its first target
    Filled(Voice, 50);
    EXPECT(Voice.Play(Block, 100, Ms) == 100);
    EXPECT(Voice.Play(Block, 100, Ms) == 0);
    EXPECT(Voice.DrySpells() == 1);
    Filled(Voice, 90);
    EXPECT(Voice.Play(Block, 100, Ms) == 0); // 100 ms are the next
    Filled(Voice, 10);
    EXPECT(Voice.Play(Block, 100, Ms) == 100);
}

CHECK_THAT(VoicePlaysItsShortEndWithoutWaiting)
{
    VoiceBuffer Voice(1000);
    std::int16_t Block[100];
    Filled(Voice, 30).Finish();
    Voice.Release();
    EXPECT(Voice.Play(Block, 100, Ms) == 30);
    EXPECT(Voice.IsOver());
    EXPECT(Voice.DrySpells() == 0);
}

CHECK_THAT(VoiceEndsWhereItIsCut)
{
    VoiceBuffer Voice(1000);
    std::int16_t Block[100];
    Filled(Voice, 2500);
    Voice.Release();
    Voice.CutAt(130);
    EXPECT(Voice.Play(Block, 100, Ms) == 100);
    EXPECT(Voice.Play(Block, 100, Ms) == 30);
    EXPECT(Voice.IsOver());
}

CHECK_THAT(VoiceFadesOutBeforeACut)
{
    VoiceBuffer Voice(1000);
    std::int16_t Block[100];
    const std::vector<std::int16_t> Loud(500, -10'000);
    Voice.Append(Loud.data(), Loud.size());
    Voice.Release();
    Voice.CutAt(50);
    EXPECT(Voice.Play(Block, 100, Ms) == 50);
    EXPECT(Block[44] == -10'000);
    EXPECT(Block[45] == -8'000);
    EXPECT(Block[47] == -4'000);
    EXPECT(Block[49] == 0);
}

CHECK_THAT(VoiceThatIsCutBehindWhatWasPlayedFadesOutAtOnce)
{
    VoiceBuffer Voice(1000);
    std::int16_t Block[100];
    Filled(Voice, 500);
    Voice.Release();
    Voice.Play(Block, 100, Ms);
    Voice.CutAt(0);
    EXPECT(!Voice.IsOver());
    EXPECT(Voice.Play(Block, 100, Ms) == 5);
    EXPECT(Block[0] == 101 * 4 / 5);
    EXPECT(Voice.IsOver());
}

CHECK_THAT(VoiceThatIsCutWhileItIsSilentIsOverAtOnce)
{
    VoiceBuffer Dry(1000);
    VoiceBuffer Halted(1000);
    std::int16_t Block[100];
    for (VoiceBuffer* Each : {&Dry, &Halted})
    {
        Filled(*Each, Each == &Dry ? 100 : 500);
        Each->Release();
        Each->Play(Block, 100, Ms);
    }
    Halted.Pause(true);
    Dry.CutAt(0);
    Halted.CutAt(0);
    EXPECT(Dry.IsOver());
    EXPECT(Halted.IsOver());
}

CHECK_THAT(VoiceRefusesMoreThanTheSidecarTakes)
{
    VoiceBuffer Voice(8000);
    const std::vector<std::int16_t> Second(8000);
    for (std::size_t Index = 0; Index < VoiceBuffer::LongestS; ++Index)
    {
        EXPECT(Voice.Append(Second.data(), Second.size()));
    }
    EXPECT(!Voice.Append(Second.data(), 1));
}

CHECK_THAT(TurnReportsWhatIsHeardAndNotWhatWasHandedOut)
{
    Turn Entry;
    Entry.WireId = 9;
    Entry.Voice = std::make_shared<VoiceBuffer>(1000);
    Filled(*Entry.Voice, 1000).Finish();
    EXPECT(Entry.Report(Ms, 50'000).PositionUs == -1);
    std::int16_t Block[200];
    Entry.Voice->Release();
    Entry.Voice->Play(Block, 200, 100 * Ms);
    Entry.Observe();
    const Playback Report = Entry.Report(180 * Ms, 50'000);
    EXPECT(Report.UtteranceId == 9);
    EXPECT(Report.PositionUs == 30'000); // 80 ms after the block was asked for, of which 50 ms lie in the device
    EXPECT(Report.Rate == 1.0f);
}

CHECK_THAT(TurnNeverReportsWhatHasNotBeenHandedOut)
{
    Turn Entry;
    Entry.Voice = std::make_shared<VoiceBuffer>(1000);
    Filled(*Entry.Voice, 1000);
    std::int16_t Block[100];
    Entry.Voice->Release();
    Entry.Voice->Play(Block, 100, 100 * Ms);
    Entry.Observe();
    EXPECT(Entry.HeardUs(350 * Ms, 0) == 100'000);
}
