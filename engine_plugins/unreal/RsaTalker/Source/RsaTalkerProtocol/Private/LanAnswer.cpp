// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include <algorithm>
#include <map>

#include "LanBrowser.h"

namespace RsaTalker
{
namespace
{
constexpr std::uint16_t TypeA = 1;
constexpr std::uint16_t TypePtr = 12;
constexpr std::uint16_t TypeTxt = 16;
constexpr std::uint16_t TypeSrv = 33;
constexpr std::uint16_t ClassIn = 1;
constexpr int MostJumps = 16; // of a compressed name; a loop would be endless
constexpr std::size_t LongestName =
    255; // letters (RFC 1035, 2.3.4); a packet of longer ones would keep the game for long
const std::string Service = "_rsatalker._tcp.local.";

// A packet read from front to back; once it has ended too early everything reads as 0.
class Reader
{
public:
    Reader(const std::uint8_t* InBytes, std::size_t InSize) : Bytes(InBytes), Size(InSize)
    {
    }

    bool IsWhole() const
    {
        return Whole;
    }

    std::size_t Place() const
    {
        return At;
    }

    void Skip(std::size_t Count)
    {
        Whole = Whole && Count <= Size - At;
        At += Whole ? Count : 0;
    }

    std::uint32_t Number(int Count) // most significant byte first
    {
        std::uint32_t Value = 0;
        for (int Index = 0; Index < Count; ++Index)
        {
            Value = (Value << 8) | Byte();
        }
        return Value;
    }

    std::string Letters(std::size_t Count)
    {
        const std::size_t First = At;
        Skip(Count);
        return Whole ? std::string(reinterpret_cast<const char*>(Bytes) + First, Count) : std::string();
    }

    // A name with dots, in lower case; its parts may lie earlier in the packet.
    std::string Name()
    {
        std::string Result;
        std::size_t Back = 0;
        for (int Jumps = 0; Whole;)
        {
            const std::size_t Length = Byte();
            if (Length >= 0xC0)
            {
                const std::size_t Target = ((Length & 0x3F) << 8) | Byte();
                Back = Back == 0 ? At : Back;
                Whole = Whole && Target < Size && ++Jumps <= MostJumps;
                At = Target;
                continue;
            }
            if (Length == 0)
            {
                break;
            }
            Result += Letters(Length) + ".";
            Whole = Whole && Result.size() <= LongestName;
        }
        At = Back != 0 ? Back : At;
        std::transform(Result.begin(), Result.end(), Result.begin(),
                       [](char Letter)
                       { return Letter >= 'A' && Letter <= 'Z' ? static_cast<char>(Letter + 32) : Letter; });
        return Result;
    }

private:
    std::uint8_t Byte()
    {
        Whole = Whole && At < Size;
        return Whole ? Bytes[At++] : std::uint8_t{0};
    }

    const std::uint8_t* Bytes;
    std::size_t Size;
    std::size_t At = 0;
    bool Whole = true;
};

// What a packet says of each name.
struct Records
{
    std::map<std::string, std::map<std::string, std::string>> Texts;       // instance -> TXT
    std::map<std::string, std::pair<std::string, std::uint32_t>> Services; // instance -> host, port
    std::map<std::string, std::string> Hosts;                              // host -> IPv4
};

std::map<std::string, std::string> ReadText(Reader& From, std::size_t Length)
{
    std::map<std::string, std::string> Entries;
    const std::size_t End = From.Place() + Length;
    while (From.IsWhole() && From.Place() < End)
    {
        const std::string Entry = From.Letters(From.Number(1));
        const std::size_t Sign = Entry.find('=');
        Entries[Entry.substr(0, Sign)] = Sign == std::string::npos ? "" : Entry.substr(Sign + 1);
    }
    return Entries;
}

bool ReadRecord(Reader& From, Records& Result)
{
    const std::string Owner = From.Name();
    const std::uint32_t Type = From.Number(2);
    From.Skip(6); // class and time to live
    const std::size_t Length = From.Number(2);
    const std::size_t First = From.Place();
    if (Type == TypeTxt)
    {
        Result.Texts[Owner] = ReadText(From, Length);
    }
    else if (Type == TypeSrv)
    {
        From.Skip(4); // priority and weight
        const std::uint32_t Port = From.Number(2);
        Result.Services[Owner] = {From.Name(), Port};
    }
    else if (Type == TypeA && Length == 4)
    {
        std::string Dotted;
        for (int Index = 0; Index < 4; ++Index)
        {
            Dotted += (Index == 0 ? "" : ".") + std::to_string(From.Number(1));
        }
        Result.Hosts[Owner] = Dotted;
    }
    else
    {
        From.Skip(Length);
    }
    return From.IsWhole() && From.Place() == First + Length;
}

// A number of at most five digits; 0 if it is none.
int Small(const std::string& Text)
{
    const bool IsNumber =
        !Text.empty() && Text.size() <= 5 && Text.find_first_not_of("0123456789") == std::string::npos;
    return IsNumber ? std::stoi(Text) : 0;
}

bool IsIdentity(const std::string& Text)
{
    return Text.size() == 8 && Text.find_first_not_of("0123456789abcdef") == std::string::npos;
}
} // namespace

std::vector<std::uint8_t> LanQuestion(std::uint16_t Id)
{
    std::vector<std::uint8_t> Packet = {static_cast<std::uint8_t>(Id >> 8), static_cast<std::uint8_t>(Id & 0xFF)};
    Packet.insert(Packet.end(), {0, 0, 0, 1, 0, 0, 0, 0, 0, 0}); // one question
    for (std::size_t First = 0; First < Service.size();)
    {
        const std::size_t Dot = Service.find('.', First);
        Packet.push_back(static_cast<std::uint8_t>(Dot - First));
        Packet.insert(Packet.end(), Service.begin() + static_cast<std::ptrdiff_t>(First),
                      Service.begin() + static_cast<std::ptrdiff_t>(Dot));
        First = Dot + 1;
    }
    Packet.insert(Packet.end(), {0, 0, TypePtr, 0, ClassIn});
    return Packet;
}

void ReadLanAnswer(const std::uint8_t* Packet, std::size_t Size, std::vector<LanSidecar>& Found)
{
    Reader From(Packet, Size);
    From.Skip(4);
    const std::uint32_t Questions = From.Number(2);
    const std::uint32_t Answers = From.Number(2) + From.Number(2) + From.Number(2);
    for (std::uint32_t Index = 0; Index < Questions && From.IsWhole(); ++Index)
    {
        From.Name();
        From.Skip(4);
    }
    Records Said;
    for (std::uint32_t Index = 0; Index < Answers; ++Index)
    {
        if (!ReadRecord(From, Said))
        {
            return;
        }
    }
    for (const auto& [Instance, Place] : Said.Services)
    {
        auto& Text = Said.Texts[Instance];
        const std::string Host = Said.Hosts[Place.first];
        const bool IsOurs = Instance.size() > Service.size() &&
                            Instance.compare(Instance.size() - Service.size(), Service.size(), Service) == 0;
        const int Http = Small(Text["http"]);
        if (!IsOurs || Host.empty() || Text["txtvers"] != "1" || !IsIdentity(Text["id"]) || Http == 0 || Http > 65535 ||
            Place.second == 0 || Small(Text["proto"]) == 0)
        {
            continue;
        }
        const LanSidecar Made{"RSATalker " + Text["id"],
                              Host + ":" + std::to_string(Place.second),
                              Host + ":" + std::to_string(Http),
                              Small(Text["proto"]),
                              Text["tls"] == "1",
                              Instance};
        const auto IsSame = [&Made](const LanSidecar& Other) { return Other.Instance == Made.Instance; };
        const auto Same = std::find_if(Found.begin(), Found.end(), IsSame);
        if (Same != Found.end())
        {
            *Same = Made; // in its place: who shows the list has numbered its rows
        }
        else
        {
            Found.push_back(Made);
        }
    }
}
} // namespace RsaTalker
