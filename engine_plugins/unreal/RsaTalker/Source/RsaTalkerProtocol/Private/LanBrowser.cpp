// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "LanBrowser.h"

#include <random>

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace RsaTalker
{
namespace
{
constexpr std::uint32_t Group = 0xE00000FB; // 224.0.0.251 (RFC 6762)
constexpr std::uint16_t Port = 5353;
constexpr std::size_t LargestPacket = 9000; // RFC 6762, section 17
constexpr int MostPackets = 64;             // taken at once: whoever floods the network must not keep the game

#if defined(_WIN32)
using Socket = SOCKET;
const Socket NoSocket = INVALID_SOCKET;

void CloseSocket(Socket Handle)
{
    closesocket(Handle);
}

void NeverWait(Socket Handle)
{
    u_long IsOn = 1;
    ioctlsocket(Handle, FIONBIO, &IsOn);
}

std::vector<in_addr> OwnAddresses()
{
    std::vector<in_addr> Found;
    char Name[256] = {};
    addrinfo Wanted{};
    Wanted.ai_family = AF_INET;
    addrinfo* First = nullptr;
    if (gethostname(Name, sizeof(Name) - 1) == 0 && getaddrinfo(Name, nullptr, &Wanted, &First) == 0)
    {
        for (const addrinfo* Each = First; Each != nullptr; Each = Each->ai_next)
        {
            Found.push_back(reinterpret_cast<const sockaddr_in*>(Each->ai_addr)->sin_addr);
        }
        freeaddrinfo(First);
    }
    return Found;
}
#else
using Socket = int;
const Socket NoSocket = -1;

void CloseSocket(Socket Handle)
{
    close(Handle);
}

void NeverWait(Socket Handle)
{
    fcntl(Handle, F_SETFL, O_NONBLOCK);
    fcntl(Handle, F_SETFD, FD_CLOEXEC);
}

std::vector<in_addr> OwnAddresses()
{
    std::vector<in_addr> Found;
    ifaddrs* First = nullptr;
    if (getifaddrs(&First) == 0)
    {
        for (const ifaddrs* Each = First; Each != nullptr; Each = Each->ifa_next)
        {
            if (Each->ifa_addr != nullptr && Each->ifa_addr->sa_family == AF_INET)
            {
                Found.push_back(reinterpret_cast<const sockaddr_in*>(Each->ifa_addr)->sin_addr);
            }
        }
        freeifaddrs(First);
    }
    return Found;
}
#endif

// A socket that has asked from an address of this machine; NoSocket if that network does not take the question.
Socket AskFrom(const in_addr& Own)
{
    const Socket Handle = socket(AF_INET, SOCK_DGRAM, 0);
    if (Handle == NoSocket)
    {
        return NoSocket;
    }
    NeverWait(Handle);
    sockaddr_in Place{};
    Place.sin_family = AF_INET;
    Place.sin_addr = Own;
    sockaddr_in To{};
    To.sin_family = AF_INET;
    To.sin_addr.s_addr = htonl(Group);
    To.sin_port = htons(Port);
    const std::vector<std::uint8_t> Question = LanQuestion(static_cast<std::uint16_t>(std::random_device{}()));
    const char* Bytes = reinterpret_cast<const char*>(Question.data());
    setsockopt(Handle, IPPROTO_IP, IP_MULTICAST_IF, reinterpret_cast<const char*>(&Own), sizeof(Own));
    const bool HasAsked = bind(Handle, reinterpret_cast<const sockaddr*>(&Place), sizeof(Place)) == 0 &&
                          sendto(Handle, Bytes, static_cast<int>(Question.size()), 0,
                                 reinterpret_cast<const sockaddr*>(&To), sizeof(To)) > 0;
    if (!HasAsked)
    {
        CloseSocket(Handle);
    }
    return HasAsked ? Handle : NoSocket;
}
} // namespace

LanBrowser::LanBrowser()
{
#if defined(_WIN32)
    WSADATA Data;
    WSAStartup(MAKEWORD(2, 2), &Data);
#endif
}

LanBrowser::~LanBrowser()
{
    Close();
#if defined(_WIN32)
    WSACleanup();
#endif
}

void LanBrowser::Close()
{
    for (const std::intptr_t Handle : Sockets)
    {
        CloseSocket(static_cast<Socket>(Handle));
    }
    Sockets.clear();
}

bool LanBrowser::Ask()
{
    Close();
    Known.clear();
    for (const in_addr& Own : OwnAddresses())
    {
        const Socket Handle = AskFrom(Own);
        if (Handle != NoSocket)
        {
            Sockets.push_back(static_cast<std::intptr_t>(Handle));
        }
    }
    return !Sockets.empty();
}

void LanBrowser::Poll()
{
    char Packet[LargestPacket];
    for (const std::intptr_t Handle : Sockets)
    {
        for (int Taken = 0; Taken < MostPackets; ++Taken)
        {
            const auto Size = recv(static_cast<Socket>(Handle), Packet, sizeof(Packet), 0);
            if (Size <= 0)
            {
                break;
            }
            ReadLanAnswer(reinterpret_cast<const std::uint8_t*>(Packet), static_cast<std::size_t>(Size), Known);
        }
    }
}
} // namespace RsaTalker
