// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "SidecarLink.h"

#include <utility>

#include "FrameRingLayout.h"
#include "JsonWriter.h"

namespace RsaTalker
{
namespace
{
constexpr double GreetingS = 5; // longest wait for the first answer

// A fingerprint as it is compared: upper-case hex without colons or spaces.
std::string Plain(const std::string& Fingerprint)
{
    std::string Hex;
    for (const char Letter : Fingerprint)
    {
        const bool IsHex = (Letter >= '0' && Letter <= '9') || (Letter >= 'A' && Letter <= 'F');
        const bool IsSmall = Letter >= 'a' && Letter <= 'f';
        Hex += IsHex     ? std::string(1, Letter)
               : IsSmall ? std::string(1, static_cast<char>(Letter - 32))
                         : std::string();
    }
    return Hex;
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
    SidecarRecord Record;
    const RuntimeFileState Found = ReadRuntimeFile(Record);
    if (!Settings.HttpAddress.empty())
    {
        const bool IsRecorded = Found == RuntimeFileState::Running && Settings.HttpAddress == Record.HttpAddress;
        if (Settings.Token.empty() && !IsRecorded)
        {
            return Refuse(LinkState::Refused,
                          "The sidecar at " + Settings.HttpAddress +
                              " needs its token: copy it from the sidecar.json of that machine into "
                              "the project settings.");
        }
        Record.HttpAddress = Settings.HttpAddress;
        Record.Token = Settings.Token.empty() ? Record.Token : Settings.Token;
    }
    else if (Found != RuntimeFileState::Running)
    {
        return Refuse(LinkState::Searching, RuntimeFileSentence(Found));
    }
    const std::string Fingerprint = Settings.HttpAddress.empty() ? "" : Plain(Settings.Fingerprint);
    const std::string Url = (Fingerprint.empty() ? "http://" : "https://") + Record.HttpAddress;
    Connection = std::make_shared<SidecarCalls>(Transport, Url, Record.Token, Fingerprint);
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
    Version = Result.Answer["sidecarVersion"].AsText();
    Is = LinkState::Connected;
    ++Connections;
    Words = "Connected to sidecar " + Version + " at " + Connection->BaseUrl() + ".";
}
} // namespace RsaTalker
