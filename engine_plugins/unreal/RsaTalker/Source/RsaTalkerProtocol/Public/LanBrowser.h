// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ProtocolApi.h"

namespace RsaTalker
{
// A sidecar that announces itself on the LAN. Anybody may announce anything: it is a name to choose, not one to trust.
struct LanSidecar
{
    std::string Name;        // "RSATalker 1a2b3c4d"
    std::string Address;     // of gRPC, "host:port"
    std::string HttpAddress; // of HTTP
    int Protocol = 0;        // major version
    bool IsTls = false;      // false: started with --insecure-lan
    std::string Instance;    // what the network calls it: two sidecars of one user differ in this alone, and in ports
};

// The question for `_rsatalker._tcp.local`, as DNS sends it. Each needs an id of its own: responders leave out what
// looks like a packet that they have just answered.
RSATALKERPROTOCOL_API std::vector<std::uint8_t> LanQuestion(std::uint16_t Id);

// Adds what one packet announces; what is damaged, or not ours, adds nothing. A sidecar that is known is
// replaced in its place.
RSATALKERPROTOCOL_API void ReadLanAnswer(const std::uint8_t* Packet, std::size_t Size, std::vector<LanSidecar>& Found);

// Asks on every network of this machine and collects answers, by one-shot multicast DNS (RFC 6762, section 5.1). Never
// waits. One thread.
class RSATALKERPROTOCOL_API LanBrowser
{
public:
    LanBrowser();
    ~LanBrowser();
    LanBrowser(const LanBrowser&) = delete;
    LanBrowser& operator=(const LanBrowser&) = delete;

    // Asks anew, and forgets what was found. Returns false if no network of this machine takes the question.
    bool Ask();

    // Takes answers that have come; call it for some seconds after Ask.
    void Poll();

    const std::vector<LanSidecar>& Found() const
    {
        return Known;
    }

private:
    void Close();

    std::vector<std::intptr_t> Sockets; // one for each address of this machine
    std::vector<LanSidecar> Known;
};
} // namespace RsaTalker
