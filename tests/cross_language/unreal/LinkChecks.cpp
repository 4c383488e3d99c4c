// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Checks.h"
#include "FakeTransport.h"
#include "KnownSidecars.h"
#include "SidecarLink.h"

using namespace RsaTalker;

namespace
{

LinkSettings Named()
{
    return {"127.0.0.1:1", "token", "check", ""};
}
} // namespace

CHECK_THAT(LinkConnectsToANamedSidecar)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure(Named());
    Link.Tick(SecondNs);
    EXPECT(Transport.Waiting.size() == 1);
    EXPECT(Transport.Waiting[0].Request.Url == "http://127.0.0.1:1/sidecar.v1.SidecarService/GetInfo");
    EXPECT(Transport.Waiting[0].Request.Token == "token");
    EXPECT(Transport.Answer("GetInfo", 200, Hello)["clientName"].AsText() == "check");
    EXPECT(Link.State() == LinkState::Connected);
    EXPECT(Link.Sentence() == "Connected to sidecar 0.1.0 at http://127.0.0.1:1.");
}

CHECK_THAT(LinkLooksAgainEverySecondAndNotMoreOften)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure(Named());
    Link.Tick(SecondNs);
    Transport.Answer("GetInfo", 0, "");
    EXPECT(Link.State() == LinkState::Searching);
    EXPECT(Link.Sentence().find("No sidecar answers at http://127.0.0.1:1.") == 0);
    Link.Tick(SecondNs + SecondNs / 2);
    EXPECT(Transport.Waiting.empty());
    Link.Tick(2 * SecondNs);
    EXPECT(Transport.Waiting.size() == 1);
}

CHECK_THAT(LinkRefusesAnotherMajorVersion)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure(Named());
    Link.Tick(SecondNs);
    Transport.Answer("GetInfo", 200, R"({"protocolVersion": {"major": 2}})");
    EXPECT(Link.State() == LinkState::Refused);
    EXPECT(Link.Sentence() == "The sidecar speaks protocol 2; this plugin speaks 1. Update the older of the two.");
}

CHECK_THAT(LinkPassesTheSidecarsOwnSentenceOn)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure(Named());
    Link.Tick(SecondNs);
    Transport.Answer("GetInfo", 401, R"({"code": "unauthenticated", "message": "The token is wrong."})");
    EXPECT(Link.State() == LinkState::Refused);
    EXPECT(Link.Sentence() == "The token is wrong.");
}

CHECK_THAT(LinkSaysWhenSomethingElseAnswers)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure(Named());
    Link.Tick(SecondNs);
    Transport.Answer("GetInfo", 404, "<html>");
    EXPECT(Link.Sentence() ==
           "What answers at http://127.0.0.1:1 is not a sidecar (HTTP 404). Check the address in the "
           "project settings.");
}

CHECK_THAT(LinkAsksForTheTokenOfANamedSidecar)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure({"10.0.0.7:50552", "", "check", ""});
    Link.Tick(SecondNs);
    EXPECT(Transport.Waiting.empty());
    EXPECT(Link.Sentence().find("The sidecar at 10.0.0.7:50552 needs its token") == 0);
}

CHECK_THAT(LinkIgnoresAnswersThatComeAfterItHasGone)
{
    FakeTransport Transport;
    {
        SidecarLink Link(Transport.Shared());
        Link.Configure(Named());
        Link.Tick(SecondNs);
    }
    Transport.Answer("GetInfo", 200, Hello);
    EXPECT(Transport.Waiting.empty());
}

CHECK_THAT(LinkSendsNothingToASidecarThatNobodyTrusts)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure({"10.0.0.9:50552", "token", "check", ""});
    Link.Tick(SecondNs);
    EXPECT(Transport.Waiting.at(0).Request.Url.find("https://10.0.0.9:50552/") == 0);
    EXPECT(Transport.Waiting.at(0).Request.Fingerprint == NobodysFingerprint);
    Transport.Waiting.at(0).Done({0, "", "C0FFEE"});
    EXPECT(Link.State() == LinkState::Refused);
    EXPECT(
        Link.Sentence() ==
        "The sidecar at https://10.0.0.9:50552 is not known here; its certificate has the fingerprint C0FFEE. If that "
        "is what its `rsatalker serve --lan` printed, trust it in Tools > RSATalker > Status.");
}

CHECK_THAT(LinkRemembersTheFingerprintThatItIsGivenOnce)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure({"10.0.0.11:50552", "token", "check", "ab:cd"});
    Link.Tick(SecondNs);
    EXPECT(KnownFingerprint("10.0.0.11:50552").empty()); // it has not been shown yet
    Transport.Answer("GetInfo", 200, Hello);
    EXPECT(KnownFingerprint("10.0.0.11:50552") == "ABCD");
    Link.Configure({"10.0.0.11:50552", "token", "check", ""});
    Link.Tick(9 * SecondNs);
    EXPECT(Transport.Waiting.at(0).Request.Fingerprint == "ABCD");
}

CHECK_THAT(LinkSpeaksNoTlsOnlyIfItIsTold)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure({"http://10.0.0.7:50552", "token", "check", ""});
    Link.Tick(SecondNs);
    EXPECT(Transport.Waiting.at(0).Request.Url.find("http://10.0.0.7:50552/") == 0);
    EXPECT(Transport.Waiting.at(0).Request.Fingerprint.empty());
}

CHECK_THAT(LinkSaysThatAnAddressNeedsAPort)
{
    FakeTransport Transport;
    SidecarLink Link(Transport.Shared());
    Link.Configure({"10.0.0.7", "token", "check", ""});
    Link.Tick(SecondNs);
    EXPECT(Link.Sentence() == "The address is 10.0.0.7; expected host:port of the sidecar's HTTP, such as "
                              "192.168.1.20:50552. Correct it in the project settings.");
}
