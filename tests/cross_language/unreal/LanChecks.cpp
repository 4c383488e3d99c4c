// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Checks.h"
#include "LanBrowser.h"

using namespace RsaTalker;

namespace
{
using Bytes = std::vector<std::uint8_t>;

void AddName(Bytes& Packet, const std::vector<std::string>& Parts)
{
    for (const std::string& Part : Parts)
    {
        Packet.push_back(static_cast<std::uint8_t>(Part.size()));
        Packet.insert(Packet.end(), Part.begin(), Part.end());
    }
    Packet.push_back(0);
}

void AddRecord(Bytes& Packet, const std::vector<std::string>& Owner, std::uint8_t Type, const Bytes& Data)
{
    AddName(Packet, Owner);
    Packet.insert(Packet.end(), {0, Type, 0x80, 1, 0, 0, 0, 120, 0, static_cast<std::uint8_t>(Data.size())});
    Packet.insert(Packet.end(), Data.begin(), Data.end());
}

// An answer with SRV, TXT and A, as zeroconf sends it.
Bytes Announcement(const std::vector<std::string>& Texts, const std::string& Name = "RSATalker 1a2b3c4d",
                   std::uint8_t Port = 0x77)
{
    const std::vector<std::string> Instance = {Name, "_rsatalker", "_tcp", "local"};
    Bytes Packet = {0, 0, 0x84, 0, 0, 0, 0, 3, 0, 0, 0, 0};
    Bytes Place = {0, 0, 0, 0, 0xC5, Port}; // 50551, unless another is asked for
    AddName(Place, {"Box", "local"});
    AddRecord(Packet, Instance, 33, Place);
    Bytes Text;
    for (const std::string& Entry : Texts)
    {
        Text.push_back(static_cast<std::uint8_t>(Entry.size()));
        Text.insert(Text.end(), Entry.begin(), Entry.end());
    }
    AddRecord(Packet, Instance, 16, Text);
    AddRecord(Packet, {"box", "local"}, 1, {192, 168, 1, 5});
    return Packet;
}

std::vector<LanSidecar> Read(const Bytes& Packet)
{
    std::vector<LanSidecar> Found;
    ReadLanAnswer(Packet.data(), Packet.size(), Found);
    return Found;
}

const std::vector<std::string> OurTexts = {"txtvers=1", "proto=1", "id=1a2b3c4d", "tls=1", "http=50552", "auth=token"};
} // namespace

CHECK_THAT(LanBrowserReadsAnAnnouncement)
{
    const std::vector<LanSidecar> Found = Read(Announcement(OurTexts));
    EXPECT(Found.size() == 1);
    EXPECT(Found[0].Name == "RSATalker 1a2b3c4d");
    EXPECT(Found[0].Address == "192.168.1.5:50551");
    EXPECT(Found[0].HttpAddress == "192.168.1.5:50552");
    EXPECT(Found[0].IsTls);
    EXPECT(Found[0].Protocol == 1);
}

CHECK_THAT(LanBrowserReadsNoFurtherThanANameLongerThanAnyIs)
{
    Bytes Packet = Announcement(OurTexts);
    Packet[7] = 4;
    AddRecord(Packet, std::vector<std::string>(5, std::string(60, 'a')), 1, {192, 168, 1, 5});
    EXPECT(Read(Packet).empty());
}

CHECK_THAT(LanBrowserKnowsASidecarOnce)
{
    const Bytes Packet = Announcement(OurTexts);
    std::vector<LanSidecar> Found;
    ReadLanAnswer(Packet.data(), Packet.size(), Found);
    ReadLanAnswer(Packet.data(), Packet.size(), Found);
    EXPECT(Found.size() == 1);
}

// Both show the certificate of their user, and so the same identity; DNS-SD gives the second one another name.
CHECK_THAT(LanBrowserKnowsTwoSidecarsOfOneUserInTheOrderInWhichTheyAnswered)
{
    const Bytes First = Announcement(OurTexts);
    const Bytes Second = Announcement(OurTexts, "RSATalker 1a2b3c4d-2", 0x79);
    std::vector<LanSidecar> Found;
    for (const Bytes* Packet : {&First, &Second, &First})
    {
        ReadLanAnswer(Packet->data(), Packet->size(), Found);
    }
    EXPECT(Found.size() == 2);
    EXPECT(Found.front().Address == "192.168.1.5:50551");
    EXPECT(Found.back().Address == "192.168.1.5:50553");
}

CHECK_THAT(LanBrowserLeavesOutWhatIsNotOurs)
{
    const std::vector<std::string> Bad = {"txtvers=2", "id=../../..", "http=0", "http=99999", "proto=x"};
    for (const std::string& Entry : Bad)
    {
        std::vector<std::string> Texts = OurTexts;
        for (std::string& Each : Texts)
        {
            Each = Each.substr(0, Each.find('=')) == Entry.substr(0, Entry.find('=')) ? Entry : Each;
        }
        EXPECT(Read(Announcement(Texts)).empty());
    }
}

CHECK_THAT(LanBrowserSurvivesDamagedPackets)
{
    const Bytes Whole = Announcement(OurTexts);
    for (std::size_t Size = 0; Size < Whole.size(); ++Size)
    {
        Read(Bytes(Whole.begin(), Whole.begin() + static_cast<std::ptrdiff_t>(Size)));
    }
    unsigned Chance = 7;
    for (int Turn = 0; Turn < 5000; ++Turn)
    {
        Bytes Damaged = Whole;
        for (int Count = 0; Count < 3; ++Count)
        {
            Chance = Chance * 1664525u + 1013904223u;
            Damaged[(Chance >> 8) % Damaged.size()] = static_cast<std::uint8_t>(Chance >> 24);
        }
        Read(Damaged);
    }
    const Bytes Loop = {0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
    EXPECT(Read(Loop).empty()); // a name that leads to itself
}
