// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "SidecarLink.h"

#include <string_view>
#include <utility>

#include "FrameRingLayout.h"
#include "JsonWriter.h"
#include "KnownSidecars.h"
#include "TextFile.h"

namespace RsaTalker
{
namespace
{
constexpr double GreetingS = 5; // longest wait for the first answer

constexpr std::int64_t LanNs = 3'000'000'000; // between questions to the LAN
constexpr char TokenVariable[] = "RSATALKER_TOKEN";
constexpr std::string_view Plainly = "http://"; // before the address of a sidecar that was started with --insecure-lan

bool IsLoopback(const std::string& Address)
{
    return Address.find("127.") == 0 || Address.find("localhost:") == 0 || Address.find("[::1]:") == 0;
}
} // namespace

SidecarLink::SidecarLink(std::shared_ptr<HttpTransport> InTransport)
    : Transport(std::move(InTransport)), Words("Looking for a sidecar.")
{
}

SidecarLink::~SidecarLink() = default;

void SidecarLink::Configure(LinkSettings InSettings)
{
    Settings = std::move(InSettings);
    Suspect();
}

void SidecarLink::Suspect()
{
    Is = LinkState::Searching;
    NextTryNs = 0;
}

void SidecarLink::Refuse(LinkState State, std::string Sentence)
{
    Is = State;
    Words = std::move(Sentence);
}

void SidecarLink::Tick(std::int64_t NowNs)
{
    if (Is == LinkState::Connected || Is == LinkState::Connecting || NowNs < NextTryNs)
    {
        return;
    }
    NextTryNs = NowNs + RetryNs;
    Find(NowNs);
}

void SidecarLink::Find(std::int64_t NowNs)
{
    SidecarRecord Here;
    const RuntimeFileState Found = ReadRuntimeFile(Here);
    const bool IsHere = Found == RuntimeFileState::Running;
    if (Settings.HttpAddress.empty() && IsHere)
    {
        Asked = Here.HttpAddress;
        return Connect("http://" + Here.HttpAddress, Here.Token, "");
    }
    const std::string Token = Settings.Token.empty() ? EnvironmentText(TokenVariable) : Settings.Token;
    const std::string Address =
        Settings.HttpAddress.empty() && !Token.empty() ? TrustedOnLan(NowNs) : Settings.HttpAddress;
    if (Address.empty())
    {
        return Refuse(LinkState::Searching, RuntimeFileSentence(Found));
    }
    Reach(Address, Token.empty() && IsHere && Address == Here.HttpAddress ? Here.Token : Token);
}

// The address of a sidecar that announces itself and was trusted before; empty while there is none.
std::string SidecarLink::TrustedOnLan(std::int64_t NowNs)
{
    Lan.Poll();
    for (const LanSidecar& Each : Lan.Found())
    {
        if (Each.IsTls && !KnownFingerprint(Each.HttpAddress).empty())
        {
            return Each.HttpAddress;
        }
    }
    if (NowNs >= NextLanNs && AnybodyIsKnown())
    {
        NextLanNs = NowNs + LanNs;
        Lan.Ask();
    }
    return "";
}

// Tries a sidecar that is named, or found on the LAN.
void SidecarLink::Reach(const std::string& Address, const std::string& Token)
{
    const bool IsPlain = Address.compare(0, Plainly.size(), Plainly) == 0;
    Asked = IsPlain ? Address.substr(Plainly.size()) : Address;
    if (Asked.find(':') == std::string::npos)
    {
        return Refuse(LinkState::Refused, "The address is " + Asked +
                                              "; expected host:port of the sidecar's HTTP, such as 192.168.1.20:50552. "
                                              "Correct it in the project settings.");
    }
    if (Token.empty())
    {
        return Refuse(LinkState::Refused, "The sidecar at " + Asked +
                                              " needs its token: set Sidecar Token in the project settings, or the "
                                              "variable RSATALKER_TOKEN, to the one that it was started with.");
    }
    if (IsPlain || IsLoopback(Asked))
    {
        return Connect("http://" + Asked, Token, "");
    }
    const std::string Given = PlainFingerprint(Settings.Fingerprint);
    const std::string Expected = Given.empty() ? KnownFingerprint(Asked) : Given;
    Connect("https://" + Asked, Token, Expected.empty() ? NobodysFingerprint : Expected);
}

void SidecarLink::Connect(const std::string& Url, const std::string& Token, const std::string& Fingerprint)
{
    Connection = std::make_shared<SidecarCalls>(Transport, Url, Token, Fingerprint);
    Is = LinkState::Connecting;
    Greet();
}

void SidecarLink::Greet()
{
    JsonWriter Json;
    Json.Begin("protocolVersion").Integer("major", Major).Integer("minor", Minor).End();
    Json.Text("clientName", Settings.ClientName);
    const auto Answered = [this, StillThere = std::weak_ptr<int>(Alive)](const CallResult& Result)
    {
        if (!StillThere.expired())
        {
            Greeted(Result);
        }
    };
    Connection->Call("SidecarService/GetInfo", Json.Take(), Answered, GreetingS);
}

void SidecarLink::Greeted(const CallResult& Result)
{
    if (Is != LinkState::Connecting)
    {
        return;
    }
    if (Result.Failure != CallFailure::None)
    {
        const bool MayCome = Result.Failure == CallFailure::Unreachable;
        return Refuse(MayCome ? LinkState::Searching : LinkState::Refused, Result.Sentence);
    }
    const std::int64_t Spoken = Result.Answer["protocolVersion"]["major"].AsInteger();
    if (Spoken != std::int64_t{Major})
    {
        return Refuse(LinkState::Refused, "The sidecar speaks protocol " + std::to_string(Spoken) +
                                              "; this plugin speaks " + std::to_string(Major) +
                                              ". Update the older of the two.");
    }
    const std::string Given = PlainFingerprint(Settings.Fingerprint);
    const bool IsTls = Connection->BaseUrl().find("https://") == 0;
    if (IsTls && !Given.empty() && KnownFingerprint(Asked) != Given) // given once, it need not be given again
    {
        TrustSidecar(Asked, Given);
    }
    Version = Result.Answer["sidecarVersion"].AsText();
    Is = LinkState::Connected;
    ++Connections;
    Words = "Connected to sidecar " + Version + " at " + Connection->BaseUrl() + ".";
}
} // namespace RsaTalker
