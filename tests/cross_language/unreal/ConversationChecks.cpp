// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Checks.h"
#include "Conversation.h"
#include "FakeTransport.h"
#include "HostClock.h"

using namespace RsaTalker;

namespace
{
const char* Full = R"({"code": "resource_exhausted", "message": "32 conversations are open."})";

// A conversation that has asked a sidecar for its regions; the check answers for the sidecar.
struct Asked
{
    FakeTransport Transport;
    std::unique_ptr<SidecarLink> Link = std::make_unique<SidecarLink>(Transport.Shared());
    int Changes = 0;
    std::unique_ptr<Conversation> Talk;

    Asked()
    {
        Talk = std::make_unique<Conversation>(
            *Link, [this](ConversationState) { ++Changes; }, [](const TurnEvent&) {});
        Link->Configure({"127.0.0.1:1", "token", "check", ""});
        Talk->Start({});
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

CHECK_THAT(ConversationThatIsRefusedAsksNoMore)
{
    Asked On;
    On.Transport.Answer("CreateConversation", 404, R"({"code": "not_found", "message": "There is no avatar 'x'."})");
    On.Talk->Tick(HostClockNs() + 9 * SecondNs);
    EXPECT(On.Talk->State() == ConversationState::Failed);
    EXPECT(On.Talk->Sentence() == "There is no avatar 'x'.");
    EXPECT(On.Transport.Waiting.empty());
}
