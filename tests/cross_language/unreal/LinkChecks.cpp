// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "../../../engine_plugins/unreal/RsaTalker/Source/RsaTalkerProtocol/Private/ProcessLife.h"
#include "Checks.h"
#include "FakeTransport.h"
#include "KnownSidecars.h"
#include "SidecarLink.h"

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

using namespace RsaTalker;

namespace
{
// A link that has looked once; the check is the sidecar.
struct Looking
{
    FakeTransport Transport;
    std::unique_ptr<SidecarLink> Link = std::make_unique<SidecarLink>(Transport.Shared());

    explicit Looking(const char* Address = "127.0.0.1:1", const char* Token = "token", const char* Fingerprint = "")
    {
        Link->Configure({Address, Token, "check", Fingerprint});
        Link->Tick(SecondNs);
    }

    const HttpRequest& Asked() const
    {
        return Transport.Waiting.at(0).Request;
    }
};
} // namespace

CHECK_THAT(ProcessThatRunsHasAStart)
{
#if defined(_WIN32)
    const int Own = _getpid();
#else
    const int Own = getpid();
#endif
    EXPECT(ProcessStartNs(static_cast<std::uint64_t>(Own)) > 0);
}

CHECK_THAT(LinkConnectsToANamedSidecar)
{
    Looking On;
    EXPECT(On.Transport.Waiting.size() == 1);
    EXPECT(On.Asked().Url == "http://127.0.0.1:1/sidecar.v1.SidecarService/GetInfo");
    EXPECT(On.Asked().Token == "token");
    EXPECT(On.Transport.Answer("GetInfo", 200, Hello)["clientName"].AsText() == "check");
    EXPECT(On.Link->State() == LinkState::Connected);
    EXPECT(On.Link->Sentence() == "Connected to sidecar 0.1.0 at http://127.0.0.1:1.");
}

CHECK_THAT(LinkLooksAgainEverySecondAndNotMoreOften)
{
    Looking On;
    On.Transport.Answer("GetInfo", 0, "");
    EXPECT(On.Link->State() == LinkState::Searching);
    EXPECT(On.Link->Sentence().find("No sidecar answers at http://127.0.0.1:1.") == 0);
    On.Link->Tick(SecondNs + SecondNs / 2);
    EXPECT(On.Transport.Waiting.empty());
    On.Link->Tick(2 * SecondNs);
    EXPECT(On.Transport.Waiting.size() == 1);
}

CHECK_THAT(LinkRefusesAnotherMajorVersion)
{
    Looking On;
    On.Transport.Answer("GetInfo", 200, R"({"protocolVersion": {"major": 2}})");
    EXPECT(On.Link->State() == LinkState::Refused);
    EXPECT(On.Link->Sentence() == "The sidecar speaks protocol 2; this plugin speaks 1. Update the older of the two.");
}

CHECK_THAT(LinkPassesTheSidecarsOwnSentenceOn)
{
    Looking On;
    On.Transport.Answer("GetInfo", 401, R"({"code": "unauthenticated", "message": "The token is wrong."})");
    EXPECT(On.Link->State() == LinkState::Refused);
    EXPECT(On.Link->Sentence() == "The token is wrong.");
}

CHECK_THAT(LinkSaysWhenSomethingElseAnswers)
{
    Looking On;
    On.Transport.Answer("GetInfo", 404, "<html>");
    EXPECT(On.Link->Sentence() ==
           "What answers at http://127.0.0.1:1 is not a sidecar (HTTP 404). Check the address in the "
           "project settings.");
}

CHECK_THAT(LinkAsksForTheTokenOfANamedSidecar)
{
    Looking On("10.0.0.7:50552", "");
    EXPECT(On.Transport.Waiting.empty());
    EXPECT(On.Link->Sentence().find("The sidecar at 10.0.0.7:50552 needs its token") == 0);
}

CHECK_THAT(LinkIgnoresAnswersThatComeAfterItHasGone)
{
    Looking On;
    On.Link.reset();
    On.Transport.Answer("GetInfo", 200, Hello);
    EXPECT(On.Transport.Waiting.empty());
}

CHECK_THAT(LinkSendsNothingToASidecarThatNobodyTrusts)
{
    Looking On("10.0.0.9:50552");
    EXPECT(On.Asked().Url.find("https://10.0.0.9:50552/") == 0);
    EXPECT(On.Asked().Fingerprint == NobodysFingerprint);
    On.Transport.Waiting.at(0).Done({0, "", "C0FFEE"});
    EXPECT(On.Link->State() == LinkState::Refused);
    EXPECT(
        On.Link->Sentence() ==
        "The sidecar at https://10.0.0.9:50552 is not known here; its certificate has the fingerprint C0FFEE. If that "
        "is what its `rsatalker serve --lan` printed, trust it in Tools > RSATalker > Status.");
}

CHECK_THAT(LinkRemembersTheFingerprintThatItIsGivenOnce)
{
    Looking On("10.0.0.11:50552", "token", "ab:cd");
    EXPECT(KnownFingerprint("10.0.0.11:50552").empty()); // it has not been shown yet
    On.Transport.Answer("GetInfo", 200, Hello);
    EXPECT(KnownFingerprint("10.0.0.11:50552") == "ABCD");
    On.Link->Configure({"10.0.0.11:50552", "token", "check", ""});
    On.Link->Tick(9 * SecondNs);
    EXPECT(On.Asked().Fingerprint == "ABCD");
}

CHECK_THAT(LinkSpeaksNoTlsOnlyIfItIsTold)
{
    Looking On("http://10.0.0.7:50552");
    EXPECT(On.Asked().Url.find("http://10.0.0.7:50552/") == 0);
    EXPECT(On.Asked().Fingerprint.empty());
}

CHECK_THAT(LinkSaysThatAnAddressNeedsAPort)
{
    Looking On("10.0.0.7");
    EXPECT(On.Link->Sentence() == "The address is 10.0.0.7; expected host:port of the sidecar's HTTP, such as "
                                  "192.168.1.20:50552. Correct it in the project settings.");
}
