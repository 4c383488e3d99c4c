// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Checks.h"
#include "Conversation.h"
#include "FakeTransport.h"
#include "HostClock.h"

using namespace RsaTalker;

namespace
{
const char* Full = R"({"code": "resource_exhausted", "message": "32 conversations are open."})";

class NoDecoder : public PictureDecoder
{
public:
    bool Decode(const std::vector<std::uint8_t>&, bool, DecodedPicture&) override
    {
        return false;
    }
};

// A conversation that has asked a sidecar for its regions; the check answers for the sidecar.
struct Asked
{
    FakeTransport Transport;
    std::unique_ptr<SidecarLink> Link = std::make_unique<SidecarLink>(Transport.Shared());
    int Changes = 0;
    std::unique_ptr<Conversation> Talk;

    EngineSlot State{};

    explicit Asked(const char* Address = "127.0.0.1:1")
    {
        Talk = std::make_unique<Conversation>(
            *Link, std::make_shared<NoDecoder>(), [this](ConversationState) { ++Changes; }, [](const TurnEvent&) {});
        Link->Configure({Address, "token", "check", "AB"});
        ConversationSetup Setup;
        Setup.Heads[0].Avatar = "ann";
        Setup.Heads[1].Avatar = "bob";
        Talk->Start(Setup);
        Link->Tick(1);
        Transport.Answer("GetInfo", 200, Hello);
        Talk->Tick(1);
    }
};
} // namespace

CHECK_THAT(ConversationIsClosedIfItsGameHasGoneBeforeItWasMade)
{
    Asked On;
    On.Talk.reset();
    On.Link.reset();
    On.Transport.Answer("CreateConversation", 200, R"({"conversationId": "c7"})");
    EXPECT(On.Transport.Answer("CloseConversation", 200, "{}")["conversationId"].AsText() == "c7");
}

CHECK_THAT(ConversationWaitsForRoomInAFullSidecar)
{
    Asked On;
    On.Transport.Answer("CreateConversation", 429, Full);
    EXPECT(On.Talk->State() == ConversationState::Waiting);
    EXPECT(On.Talk->Sentence() == "32 conversations are open.");
    const int Changes = On.Changes;
    On.Talk->Tick(HostClockNs());
    EXPECT(On.Transport.Waiting.empty());
    On.Talk->Tick(HostClockNs() + 3 * SecondNs);
    On.Talk->Tick(HostClockNs() + 6 * SecondNs); // its answer has not come
    EXPECT(On.Transport.Waiting.size() == 1);
    On.Transport.Answer("CreateConversation", 429, Full);
    EXPECT(On.Talk->Sentence() == "32 conversations are open.");
    EXPECT(On.Changes == Changes);
}

CHECK_THAT(ConversationWhoseAvatarsAreBothRefusedAsksNoMore)
{
    Asked On;
    for (const char* Name : {"x", "x", "y"}) // as asked, then each avatar without the other
    {
        On.Transport.Answer("CreateConversation", 404,
                            std::string(R"({"code": "not_found", "message": "There is no avatar ')") + Name + "'.\"}");
    }
    On.Talk->Tick(HostClockNs() + 9 * SecondNs);
    EXPECT(On.Talk->State() == ConversationState::Failed);
    EXPECT(On.Talk->Sentence() == "There is no avatar 'x'.");
    EXPECT(On.Transport.Waiting.empty());
}

CHECK_THAT(AvatarOfTheHeadThatIsNotRefusedStandsInForTheOther)
{
    Asked On;
    const char* Refusal = R"({"code": "not_found", "message": "There is no avatar 'bob'."})";
    On.Transport.Answer("CreateConversation", 404, Refusal);
    const JsonValue Second = On.Transport.Answer("CreateConversation", 404, Refusal);
    EXPECT(Second["participants"][0]["avatar"].AsText() == "ann");
    EXPECT(Second["participants"][1]["avatar"].AsText() == "ann");
    const JsonValue Third = On.Transport.Answer("CreateConversation", 404, Refusal);
    EXPECT(Third["participants"][0]["avatar"].AsText() == "bob");
    EXPECT(Third["participants"][1]["avatar"].AsText() == "bob");
}

CHECK_THAT(OnlyTheHeadThatIsRefusedShowsIt)
{
    Asked On("10.0.0.7:50552");
    On.Transport.Answer("CreateConversation", 404, R"({"code": "not_found", "message": "There is no avatar 'bob'."})");
    On.Transport.Answer("CreateConversation", 200, R"({"conversationId": "c7"})");
    EXPECT(On.Talk->State() == ConversationState::Live);
    EXPECT(On.Talk->RefusalOf(0).empty());
    EXPECT(On.Talk->RefusalOf(1) == "There is no avatar 'bob'.");
    On.Talk->Stop();
    EXPECT(On.Talk->RefusalOf(1).empty());
}

CHECK_THAT(ConversationOfAnotherMachineIsWatched)
{
    Asked On("10.0.0.7:50552");
    On.Transport.Answer("CreateConversation", 200, R"({"conversationId": "c7"})");
    EXPECT(On.Talk->State() == ConversationState::Live);
    EXPECT(On.Transport.Streams.size() == 2 && On.Transport.Sources.size() == 1);
    On.Talk->Publish(On.State, HostClockNs());
    std::string Body;
    EXPECT(On.Transport.Sources[0].second->Next(Body));
}

CHECK_THAT(ConversationWhoseStreamsEndAtOnceIsNotMadeAgainAtOnce)
{
    Asked On("10.0.0.7:50552");
    On.Transport.Answer("CreateConversation", 200, R"({"conversationId": "c7"})");
    On.Transport.Streams[0].second->End({429, R"({"message": "16 streams are being watched."})", ""});
    On.Talk->Tick(HostClockNs());
    EXPECT(On.Talk->State() == ConversationState::Waiting);
    EXPECT(On.Talk->Sentence() == "16 streams are being watched.");
    On.Transport.Answer("CloseConversation", 200, "{}");
    On.Link->Tick(9 * SecondNs);
    On.Transport.Answer("GetInfo", 200, Hello);
    On.Talk->Tick(HostClockNs());
    EXPECT(On.Transport.Waiting.empty());
    On.Talk->Tick(HostClockNs() + 3 * SecondNs);
    EXPECT(On.Transport.Waiting.size() == 1);
}
