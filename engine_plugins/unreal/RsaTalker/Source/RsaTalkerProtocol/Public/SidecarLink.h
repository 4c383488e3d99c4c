// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "HttpTransport.h"
#include "LanBrowser.h"
#include "ProtocolApi.h"
#include "RuntimeFile.h"
#include "SidecarCalls.h"

namespace RsaTalker
{
enum class LinkState
{
    Searching, // no sidecar yet
    Connecting,
    Connected,
    Refused, // there is one, but not for us: the sentence says why
};

struct LinkSettings
{
    std::string HttpAddress; // of a named sidecar, "host:port", or "http://host:port" without TLS; empty: see below
    std::string Token;       // of another machine's sidecar; empty: RSATALKER_TOKEN, or the runtime file's
    std::string ClientName;  // for the sidecar's log
    std::string Fingerprint; // of a named sidecar's certificate, as it prints it; empty: the one that is remembered
};

// Finds the sidecar, says hello, and finds it again when it has gone: the one that is named, else the one on this
// machine, else, with a token, one on the LAN that this user trusts. The thread that ticks the plugin.
class RSATALKERPROTOCOL_API SidecarLink
{
public:
    explicit SidecarLink(std::shared_ptr<HttpTransport> InTransport);
    ~SidecarLink();

    // Looks for that sidecar from now on.
    void Configure(LinkSettings InSettings);

    // Once per frame; looks every RetryNs until it is connected.
    void Tick(std::int64_t NowNs);

    LinkState State() const
    {
        return Is;
    }

    // Whether it waits for one that starts on this machine: none is named, and none is found.
    bool WaitsHere() const
    {
        return Is == LinkState::Searching && Settings.HttpAddress.empty();
    }

    // What is wrong, or where it is connected to; for people.
    const std::string& Sentence() const
    {
        return Words;
    }

    // Null unless connected.
    std::shared_ptr<SidecarCalls> Calls() const
    {
        return Is == LinkState::Connected ? Connection : nullptr;
    }

    // One more whenever it is connected anew: what another process knew is gone.
    std::uint64_t Epoch() const
    {
        return Connections;
    }

    const std::string& SidecarVersion() const
    {
        return Version;
    }

    // Somebody found the sidecar gone: looks again at the next tick.
    void Suspect();

    static constexpr std::int64_t RetryNs = 1'000'000'000;

private:
    void Find(std::int64_t NowNs);
    std::string TrustedOnLan(std::int64_t NowNs);
    void Reach(const std::string& Address, const std::string& Token);
    void Connect(const std::string& Url, const std::string& Token, const std::string& Fingerprint);
    void Greet();
    void Greeted(const CallResult& Result);
    void Refuse(LinkState State, std::string Sentence);

    std::shared_ptr<HttpTransport> Transport;
    LinkSettings Settings;
    LinkState Is = LinkState::Searching;
    std::string Words;
    std::string Version;
    std::shared_ptr<SidecarCalls> Connection;
    std::uint64_t Connections = 0;
    std::string Asked; // the address that it tries, "host:port"
    std::int64_t NextTryNs = 0;
    std::int64_t NextLanNs = 0;
    LanBrowser Lan;
    std::shared_ptr<int> Alive = std::make_shared<int>(0); // answers that come after this object has gone call nobody
};
} // namespace RsaTalker
