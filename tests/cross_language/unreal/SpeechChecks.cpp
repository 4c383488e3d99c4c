// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Checks.h"
#include "ConversationSetup.h"
#include "FakeTransport.h"
#include "Speech.h"

using namespace RsaTalker;

namespace
{
constexpr std::uint32_t Rate = 16'000;

// A conversation without a sidecar: the check answers for it.
struct Stage
{
    FakeTransport Transport;
    std::vector<TurnEvent> Events;
    Speech Turns{[this](const TurnEvent& Event) { Events.push_back(Event); }};
    MotionTrack Motion;

    Stage()
    {
        Turns.Attach(std::make_shared<SidecarCalls>(Transport.Shared(), "http://x", "t"), "c1");
    }

    std::shared_ptr<VoiceBuffer> Voice(double Seconds, bool IsFinished = true)
    {
        auto Made = std::make_shared<VoiceBuffer>(Rate);
        const std::vector<std::int16_t> Samples(static_cast<std::size_t>(Seconds * Rate), 100);
        Made->Append(Samples.data(), Samples.size());
        if (IsFinished)
        {
            Made->Finish();
        }
        return Made;
    }

    JsonValue Take(const char* StartUs, int NextSequence)
    {
        return Transport.Answer("PushAudio", 200,
                                "{\"startUs\": \"" + std::string(StartUs) + "\", \"nextSequence\": \"" +
                                    std::to_string(NextSequence) + "\"}");
    }
};
} // namespace

CHECK_THAT(SpeechSendsAVoiceInChunksOneAfterTheOther)
{
    Stage On;
    On.Turns.Begin(1, On.Voice(1.5), false, 0);
    On.Turns.Tick(On.Motion, 1);
    On.Turns.Tick(On.Motion, 2);
    EXPECT(On.Transport.Waiting.size() == 1);
    const JsonValue First = On.Take("0", 1);
    EXPECT(First["participant"].AsText() == "PARTICIPANT_B");
    EXPECT(First["sequence"].AsInteger(-1) == 0);
    EXPECT(!First["last"].AsBool());
    On.Turns.Tick(On.Motion, 3);
    EXPECT(On.Take("0", 2)["sequence"].AsInteger() == 1);
    On.Turns.Tick(On.Motion, 4);
    EXPECT(On.Take("0", 3)["last"].AsBool());
    On.Turns.Tick(On.Motion, 5);
    EXPECT(On.Transport.Waiting.empty());
}

CHECK_THAT(SpeechHoldsTheSidecarsClockUntilTheSoundStarts)
{
    Stage On;
    On.Turns.Begin(0, On.Voice(1), false, 0);
    On.Turns.Tick(On.Motion, 1);
    Playback Entries[MaxPlaybacks];
    EXPECT(On.Turns.Report(Entries, 2) == 1);
    EXPECT(Entries[0].PositionUs == -1);
    EXPECT(Entries[0].Rate == 0.0f);
}

CHECK_THAT(SpeechLetsAVoiceBeHeardWithoutAFaceAfterAWhile)
{
    Stage On;
    const auto Voice = On.Voice(1);
    On.Turns.Begin(0, Voice, false, SecondNs);
    On.Turns.Tick(On.Motion, 2 * SecondNs);
    EXPECT(On.Events.empty());
    On.Turns.Tick(On.Motion, SecondNs + Speech::PatienceNs + 1);
    EXPECT(On.Events.size() == 1 && On.Events[0].Kind == TurnEventKind::Began);
    std::int16_t Block[160];
    EXPECT(Voice->Play(Block, 160, 1) == 160);
}

CHECK_THAT(SpeechSaysWhyAVoiceHasNoFaceAndLetsItBeHeard)
{
    Stage On;
    On.Turns.Begin(0, On.Voice(1), false, 0);
    On.Turns.Tick(On.Motion, 1);
    On.Transport.Answer("PushAudio", 429, R"({"code": "resource_exhausted", "message": "Too much."})");
    On.Turns.Tick(On.Motion, 2);
    EXPECT(On.Events.size() == 2);
    EXPECT(On.Events[0].Kind == TurnEventKind::Refused && On.Events[0].Sentence == "Too much.");
    EXPECT(On.Events[1].Kind == TurnEventKind::Began);
}

CHECK_THAT(SpeechCutsTheSoundWhereTheSidecarCutTheFace)
{
    Stage On;
    const auto Voice = On.Voice(1);
    const std::uint64_t Id = On.Turns.Begin(0, Voice, false, 0);
    On.Turns.Tick(On.Motion, 1);
    On.Take("0", 1);
    On.Turns.Cancel(Id);
    EXPECT(On.Transport.Answer("CancelSpeech", 200, R"({"cutAtMediaUs": "10000"})")["conversationId"].AsText() == "c1");
    std::int16_t Block[320];
    Voice->Release();
    EXPECT(Voice->Play(Block, 320, 1) == 160);
    On.Turns.Tick(On.Motion, SecondNs);
    EXPECT(On.Events.back().Kind == TurnEventKind::Ended && On.Events.back().WasCut);
}

CHECK_THAT(SpeechCancelsWhatWasOnItsWayWhenItWasCut)
{
    Stage On;
    const std::uint64_t Id = On.Turns.Begin(0, On.Voice(1), false, 0);
    On.Turns.Tick(On.Motion, 1);
    On.Turns.Cancel(Id);
    On.Turns.Tick(On.Motion, 2);
    On.Take("0", 1);
    EXPECT(On.Transport.Answer("CancelSpeech", 200, "{}")["utteranceId"].AsInteger() == 1);
}

CHECK_THAT(SpeechCutsTheOtherWhenItInterrupts)
{
    Stage On;
    const auto Other = On.Voice(1);
    On.Turns.Begin(0, Other, false, 0);
    On.Turns.Tick(On.Motion, 1);
    On.Take("100000", 1);
    On.Turns.Begin(1, On.Voice(0.1), true, 0);
    On.Transport.Waiting.clear();
    On.Turns.Tick(On.Motion, 2);
    On.Transport.Waiting.erase(On.Transport.Waiting.begin()); // the other's next chunk
    EXPECT(On.Take("300000", 1)["interrupts"].AsBool());
    std::int16_t Block[1600];
    Other->Release();
    EXPECT(Other->Play(Block, 1600, 1) == Rate / 20); // 300 - 150 - 100 ms
}

CHECK_THAT(SpeechGoesOnWithWhatIsLeftAfterTheSidecarCameBack)
{
    Stage On;
    const auto Voice = On.Voice(1);
    On.Turns.Begin(0, Voice, false, 0);
    On.Turns.Tick(On.Motion, 1);
    On.Take("0", 1);
    Voice->Release();
    std::int16_t Block[4000];
    Voice->Play(Block, 4000, 1);
    On.Turns.Detach();
    On.Transport.Waiting.clear();
    On.Turns.Attach(std::make_shared<SidecarCalls>(On.Transport.Shared(), "http://y", "t"), "c2");
    On.Turns.Tick(On.Motion, 2);
    const JsonValue Again = On.Take("0", 1);
    EXPECT(Again["conversationId"].AsText() == "c2");
    EXPECT(Again["utteranceId"].AsInteger() == 2);
    EXPECT(Again["sequence"].AsInteger(-1) == 0);
    for (int Turn = 0; Turn < 5; ++Turn)
    {
        On.Turns.Tick(On.Motion, 3 + Turn);
        On.Take("0", 2);
    }
    Playback Entries[MaxPlaybacks];
    EXPECT(On.Turns.Report(Entries, 1'000'000) == 1 &&
           Entries[0].PositionUs <= 1); // the new one begins at what is heard
}

CHECK_THAT(SpeechEndsATurnOnceItsLastSampleWasHeard)
{
    Stage On;
    On.Turns.OutputLatencyUs = 50'000;
    const auto Voice = On.Voice(0.1);
    On.Turns.Begin(0, Voice, false, 0);
    std::int16_t Block[1600];
    Voice->Release();
    Voice->Play(Block, 1600, SecondNs);
    On.Turns.Tick(On.Motion, SecondNs + 149'000'000);
    EXPECT(On.Turns.IsSpeaking(0));
    On.Turns.Tick(On.Motion, SecondNs + 151'000'000);
    EXPECT(!On.Turns.IsSpeaking(0));
}

CHECK_THAT(SpeechMayBeClearedByWhoHearsThatATurnBegan)
{
    Stage On;
    int Ended = 0;
    Speech Turns([&](const TurnEvent& Event)
                 { Event.Kind == TurnEventKind::Began ? Turns.Clear() : static_cast<void>(++Ended); });
    Turns.Begin(0, On.Voice(1), false, 0);
    Turns.Begin(1, On.Voice(1), false, 0);
    Turns.Tick(On.Motion, Speech::PatienceNs + 1);
    EXPECT(Ended == 2);
    EXPECT(!Turns.IsSpeaking(0) && !Turns.IsSpeaking(1));
}

CHECK_THAT(SpeechKeepsWhatIsBegunByWhoHearsOfACut)
{
    Stage On;
    Speech Turns([&](const TurnEvent&) { Turns.Begin(1, On.Voice(1), false, 0); });
    for (int Count = 0; Count < 9; ++Count) // more than a list has room for at first
    {
        Turns.Begin(0, On.Voice(0.1), false, 0);
    }
    Turns.Clear();
    EXPECT(!Turns.IsSpeaking(0) && Turns.IsSpeaking(1));
}

CHECK_THAT(CreationSaysWhoTheyAre)
{
    ConversationSetup Setup;
    Setup.Heads[0].Avatar = "mara";
    Setup.Heads[1].Avatar = "tomas";
    Setup.Heads[1].Mood = {"happy", 0.5f};
    Setup.Relationship = {true, Seniority::BIsSenior, 1};
    Setup.Layers = 2;
    JsonValue Json;
    EXPECT(JsonValue::Parse(CreationJson(Setup), Json));
    EXPECT(Json["participants"][1]["mood"]["name"].AsText() == "happy");
    EXPECT(Json["relationship"]["kinship"].AsText() == "KINSHIP_BLOOD");
    EXPECT(Json["relationship"]["senior"].AsText() == "SENIOR_B");
    EXPECT(Json["frames"]["layers"].AsInteger() == 2);
    EXPECT(Json["participants"][0]["worldFromHead"].IsNull());
}
