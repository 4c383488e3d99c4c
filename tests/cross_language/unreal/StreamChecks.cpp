// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// A conversation of another machine, and what its streams are made of.

#include "Allocations.h"
#include "Base64.h"
#include "Checks.h"
#include "Envelopes.h"
#include "FakeTransport.h"
#include "HostClock.h"
#include "HttpAnswer.h"
#include "JsonWriter.h"
#include "StreamedConversation.h"

using namespace RsaTalker;

namespace
{
// Takes the letters of a file for grey levels, four of them for a pixel of colour; counts.
class LetterDecoder : public PictureDecoder
{
public:
    bool Decode(const std::vector<std::uint8_t>& File, bool IsGrey, DecodedPicture& Result) override
    {
        ++Decoded;
        Result.Width = 4;
        Result.Height = 1;
        Result.Pixels.assign(IsGrey ? 4 : 16, File.at(0));
        return File.at(0) != '!';
    }

    int Decoded = 0;
};

std::string Picture(const char* Participant, int Number, const char* Color, const char* Alpha)
{
    JsonWriter Json;
    Json.Begin("picture").Text("participant", Participant).Integer64("frameNumber", static_cast<std::uint64_t>(Number));
    Json.Integer64("ageUs", 20'000).Integer("width", 2).Integer("height", 1).Integer("layers", 2);
    Json.Bytes("color", Color, 1).Bytes("alpha", Alpha, 1).End();
    return Envelopes::Enveloped(Json.Take());
}

// A watched conversation; the check is the sidecar.
struct Watched
{
    FakeTransport Transport;
    std::shared_ptr<LetterDecoder> Decoder = std::make_shared<LetterDecoder>();
    SidecarCalls Calls{Transport.Shared(), "https://10.0.0.7:50552", "token", "AB"};
    std::unique_ptr<StreamedConversation> Talk = std::make_unique<StreamedConversation>(Calls, "c7", true, Decoder);
    Frame Shown;
    Problem Why;

    StreamSink& Pictures()
    {
        return *Transport.Streams.at(0).second;
    }

    StreamSink& Motion()
    {
        return *Transport.Streams.at(1).second;
    }

    PostSource& State()
    {
        return *Transport.Sources.at(0).second;
    }
};
} // namespace

CHECK_THAT(StreamsAreAskedForInEnvelopesWithTokenAndFingerprint)
{
    Watched On;
    const HttpRequest& Asked = On.Transport.Streams.at(0).first;
    EXPECT(Asked.Url == "https://10.0.0.7:50552/sidecar.v1.WatchService/WatchFrames");
    EXPECT(Asked.Token == "token" && Asked.Fingerprint == "AB");
    EXPECT(std::string(Asked.ContentType) == "application/connect+json");
    EXPECT(static_cast<unsigned char>(Asked.Body.at(4)) == Asked.Body.size() - 5);
    EXPECT(On.Transport.Streams.at(1).first.Url.find("WatchMotion") != std::string::npos);
}

CHECK_THAT(StreamedPictureBecomesAFrameWithItsEyesOneBelowTheOther)
{
    Watched On;
    On.Pictures().Take(Picture("PARTICIPANT_B", 5, "z", "a"));
    EXPECT(On.Talk->ReadFrame(0, On.Shown, On.Why) == ReadStatus::Nothing);
    EXPECT(On.Talk->ReadFrame(1, On.Shown, On.Why) == ReadStatus::Fresh);
    EXPECT(On.Shown.Header.FrameNumber == 5 && On.Shown.Header.Width == 2 && On.Shown.Header.Layers == 2);
    EXPECT(On.Shown.Colors.size() == 16 && On.Shown.Depths.empty());
    EXPECT(On.Shown.Colors.at(0) == 'a' && On.Shown.Colors.at(3) == 'a'); // no colour is larger than its alpha
    EXPECT(IsNear(static_cast<double>(HostClockNs() - On.Shown.Header.RequestedNs) * 1e-6, 20, 15));
    EXPECT(On.Talk->Largest(1).Width == 2 && On.Talk->Largest(1).Layers == 2);
    EXPECT(On.Talk->ReadFrame(1, On.Shown, On.Why) == ReadStatus::Nothing); // it has been read
}

CHECK_THAT(StreamThatIsBehindShowsTheNewestPictureAndDecodesNoOther)
{
    Watched On;
    std::string Late;
    for (int Number = 1; Number <= 9; ++Number)
    {
        Late += Picture("PARTICIPANT_A", Number, "z", "z");
    }
    On.Pictures().Take(Late);
    EXPECT(On.Decoder->Decoded == 2); // one colour, one alpha
    EXPECT(On.Talk->ReadFrame(0, On.Shown, On.Why) == ReadStatus::Fresh);
    EXPECT(On.Shown.Header.FrameNumber == 9);
}

CHECK_THAT(PluginThatIsBehindIsShownTheNewestPicture)
{
    Watched On;
    On.Pictures().Take(Picture("PARTICIPANT_A", 1, "z", "z"));
    On.Pictures().Take(Picture("PARTICIPANT_A", 2, "z", "z"));
    EXPECT(On.Talk->ReadFrame(0, On.Shown, On.Why) == ReadStatus::Fresh);
    EXPECT(On.Shown.Header.FrameNumber == 2);
}

CHECK_THAT(StreamedPictureMayComeInPieces)
{
    Watched On;
    for (const char Letter : Picture("PARTICIPANT_A", 1, "z", "z"))
    {
        On.Pictures().Take({&Letter, 1});
    }
    EXPECT(On.Talk->ReadFrame(0, On.Shown, On.Why) == ReadStatus::Fresh);
}

CHECK_THAT(StreamedPictureOfAnotherSizeThanItSaysIsRefused)
{
    Watched On;
    std::string Odd = Picture("PARTICIPANT_A", 1, "z", "z");
    Odd.replace(Odd.find("\"width\":2"), 9, "\"width\":3");
    On.Pictures().Take(Odd);
    std::string Why;
    EXPECT(On.Talk->ReadFrame(0, On.Shown, On.Why) == ReadStatus::Nothing);
    EXPECT(On.Talk->IsLost(Why));
    EXPECT(Why.find("cannot be decoded") != std::string::npos);
}

CHECK_THAT(StreamedMotionReachesTheTrack)
{
    Watched On;
    MotionTrack Track;
    JsonWriter Json;
    const float Arkit[] = {0.25f, 0.5f};
    Json.Begin("instants", '[').Begin("").Integer64("index", 3).Integer64("timelineUs", 66'000).Begin("heads", '[');
    Json.Begin("").Integer64("utteranceId", 8).Integer64("mediaUs", 1000).Numbers("arkit", Arkit, 2).End();
    On.Motion().Take(Envelopes::Enveloped(Json.Begin("").End().End(']').End().End(']').Take()));
    On.Talk->ReadMotion(Track, On.Why);
    Pose Now{};
    EXPECT(Track.EndUs() == 66'000);
    EXPECT(Track.HasMotionOf(0, 8) && !Track.HasMotionOf(1, 8));
    EXPECT(Track.Sample(0, 66'000, Now) && IsNear(static_cast<double>(Now.Arkit[1]), 0.5, 1e-6));
}

CHECK_THAT(StreamedMotionThatNobodyTakesForLongKeepsTheNewest)
{
    Watched On;
    MotionTrack Track;
    for (int Index = 1; Index <= 300; ++Index)
    {
        JsonWriter Json;
        Json.Begin("instants", '[').Begin("").Integer64("timelineUs", static_cast<std::uint64_t>(Index) * 1000).End();
        On.Motion().Take(Envelopes::Enveloped(Json.End(']').Take()));
    }
    On.Talk->ReadMotion(Track, On.Why);
    EXPECT(Track.EndUs() == 300'000);
}

CHECK_THAT(EngineStateIsSentOnceWithWhatIsHeardThen)
{
    Watched On;
    std::string Body;
    EXPECT(!On.State().Next(Body));
    EngineSlot State{};
    State.PoseId = 4;
    State.EyeCount = 1;
    State.Eyes[0].CameraFromWorld[15] = 1;
    State.PlaybackCount = 1;
    State.Playbacks[0] = {9, 1'000'000, HostClockNs() - SecondNs, 1.0f, {}};
    On.Talk->Write(State);
    EXPECT(On.State().Next(Body) && !On.State().Next(Body));
    JsonValue Sent;
    EXPECT(JsonValue::Parse(Body, Sent));
    EXPECT(Sent["conversationId"].AsText() == "c7" && Sent["poseId"].AsInteger() == 4);
    EXPECT(Sent["eyes"].Size() == 1 && IsNear(Sent["eyes"][0]["cameraFromWorld"][15].AsNumber(), 1, 0));
    EXPECT(IsNear(Sent["playbacks"][0]["positionUs"].AsNumber(), 2'000'000, 100'000));
    EXPECT(Sent["light"].IsNull() && Sent["worldFromHeads"].Size() == 32);
}

namespace
{
// Motion of 100 ms, as one message brings it.
std::string Motions(int First)
{
    JsonWriter Json;
    const float Arkit[52] = {};
    Json.Begin("instants", '[');
    for (int Index = First; Index < First + 3; ++Index)
    {
        Json.Begin("").Integer64("index", static_cast<std::uint64_t>(Index));
        Json.Integer64("timelineUs", static_cast<std::uint64_t>(Index) * 33'333).Begin("heads", '[');
        for (int Head = 0; Head < Participants; ++Head)
        {
            Json.Begin("").Numbers("arkit", Arkit, 52).End();
        }
        Json.End(']').End();
    }
    return Envelopes::Enveloped(Json.End(']').Take());
}
} // namespace

CHECK_THAT(ShowingAStreamedConversationAsksForNoMemory)
{
    Watched On;
    MotionTrack Track;
    EngineSlot State{};
    std::string Body;
    std::string Why;
    long Asked = 0;
    long Streamed = 0;
    constexpr int Rounds = 300;
    for (int Round = 1; Round <= 2 * Rounds; ++Round)
    {
        const std::string Pictures = Picture("PARTICIPANT_A", Round, "z", "z");
        const std::string Instants = Motions(3 * Round);
        const long AtFirst = CountAllocations();
        On.Pictures().Take(Pictures);
        On.Motion().Take(Instants);
        On.State().Next(Body);
        const long Before = CountAllocations();
        On.Talk->ReadFrame(0, On.Shown, On.Why);
        On.Talk->ReadMotion(Track, On.Why);
        State.PoseId = static_cast<std::uint64_t>(Round);
        On.Talk->Write(State);
        EXPECT(!On.Talk->IsLost(Why) && !On.Talk->IsDoubtful() && On.Talk->Largest(0).Width == 2);
        Asked += Round > Rounds ? CountAllocations() - Before : 0; // every place has been used once by then
        Streamed += Round > Rounds ? Before - AtFirst : 0;
    }
    EXPECT(On.Shown.Header.FrameNumber == 2 * Rounds && Track.EndUs() > Rounds * 99'999);
    EXPECT(Asked == 0);
    EXPECT(Streamed == 0); // nor do the streams' threads, but for the engine's decoder
}

CHECK_THAT(StreamThatEndsSaysWhatTheSidecarSaid)
{
    Watched On;
    std::string Why;
    EXPECT(!On.Talk->IsLost(Why));
    std::string End =
        Envelopes::Enveloped(R"({"error": {"code": "unavailable", "message": "The sidecar is stopping."}})");
    End[0] = 2;
    On.Motion().Take(End);
    EXPECT(On.Talk->IsLost(Why) && Why == "The sidecar is stopping.");
    EXPECT(!On.Motion().IsWanted());
    On.Pictures().End({0, "", ""}); // the first reason stays
    EXPECT(On.Talk->IsLost(Why) && Why == "The sidecar is stopping.");
}

CHECK_THAT(StreamsOfAConversationThatHasGoneAreNotWanted)
{
    Watched On;
    EXPECT(On.Pictures().IsWanted() && On.State().IsWanted());
    On.Talk.reset();
    EXPECT(!On.Pictures().IsWanted() && !On.Motion().IsWanted() && !On.State().IsWanted());
    On.Pictures().Take(Picture("PARTICIPANT_A", 1, "z", "z")); // one was on its way
}

CHECK_THAT(EnvelopeThatIsLargerThanAnyIsNotWaitedFor)
{
    Watched On;
    std::string Why;
    On.Motion().Take({"\0\xFF\xFF\xFF\xFF", 5});
    EXPECT(On.Talk->IsLost(Why) && Why.find("cannot be read") != std::string::npos);
}

namespace
{
// The body of an answer that comes byte by byte.
std::string BodyOf(const std::string& Text, HttpAnswer& Answer, bool& IsHttp)
{
    std::string Body;
    for (const char Letter : Text)
    {
        IsHttp = IsHttp && Answer.Take({&Letter, 1}, Body);
    }
    return Body;
}
} // namespace

CHECK_THAT(HttpAnswersAreReadInAllThreeFormsTheyMayHave)
{
    const char* const Texts[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 13\r\n\r\nabc0123456789",
        "HTTP/1.1 200 OK\r\nserver: x\r\n\r\nabc0123456789",
    };
    for (const char* Text : Texts)
    {
        HttpAnswer Answer;
        bool IsHttp = true;
        EXPECT(BodyOf(Text, Answer, IsHttp) == "abc0123456789");
        EXPECT(IsHttp && Answer.Status() == 200);
        EXPECT(Answer.IsWhole() == (Text != Texts[2]));
    }
}

CHECK_THAT(HttpAnswerThatIsNoneIsRefused)
{
    for (const char* Text : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 x\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"})
    {
        HttpAnswer Answer;
        bool IsHttp = true;
        BodyOf(Text, Answer, IsHttp);
        EXPECT(!IsHttp);
    }
}

CHECK_THAT(Base64ReadsWhatItWrites)
{
    for (const std::string& Bytes :
         {std::string("a"), std::string("ab"), std::string("abc"), std::string("\0\xFF\x10?", 4)})
    {
        std::string Text;
        std::vector<std::uint8_t> Read;
        AppendBase64(Bytes.data(), Bytes.size(), Text);
        EXPECT(ReadBase64(Text, Read));
        EXPECT(std::string(Read.begin(), Read.end()) == Bytes);
    }
    std::vector<std::uint8_t> Read;
    EXPECT(!ReadBase64("ab*d", Read) && !ReadBase64("abc", Read) && !ReadBase64("", Read));
}
