// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "SlotRing.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "Geometry.h"
#include "HostClock.h"

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

namespace RsaTalker
{
namespace
{
constexpr int OpenAttempts =
    100000; // looks at a layout that is being changed: some 10 ms, far more than a change takes

// Counters of the region are aligned 8-byte words that another process changes: read and write them as atomics.
using Word = std::atomic<std::uint64_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == 8, "a counter must be a plain 8-byte word");

Word& WordAt(std::uint8_t* Bytes)
{
    return *reinterpret_cast<Word*>(Bytes);
}

std::uint64_t ThisProcess()
{
#if defined(_WIN32)
    return static_cast<std::uint64_t>(_getpid());
#else
    return static_cast<std::uint64_t>(getpid());
#endif
}

bool IsZero(const std::uint8_t* Bytes, std::size_t SizeBytes)
{
    return std::all_of(Bytes, Bytes + SizeBytes, [](std::uint8_t Byte) { return Byte == 0; });
}

// The name that a header's guid spells.
std::string NameOf(const std::uint8_t (&Guid)[16])
{
    const char* Digits = "0123456789ABCDEF";
    std::string Name = "{";
    for (std::size_t Index = 0; Index < 16; ++Index)
    {
        const bool StartsGroup = Index == 4 || Index == 6 || Index == 8 || Index == 10;
        Name += StartsGroup ? "-" : "";
        Name += Digits[Guid[Index] >> 4];
        Name += Digits[Guid[Index] & 15];
    }
    return Name + "}";
}
} // namespace

bool SlotRing::Open(const std::string& Name, RegionKind WantedKind, bool Writable, Problem& Why)
{
    Close();
    Kind = WantedKind;
    if (!Region.Open(Name, Writable, Why))
    {
        return false;
    }
    if (!CheckIdentity(Name, Why) || !TakeSettledGeometry(Name, Why))
    {
        Close();
        return false;
    }
    if (Writable)
    {
        const std::uint64_t Pid = ThisProcess();
        std::memcpy(Region.Data() + offsetof(RegionHeader, WriterPid), &Pid, sizeof(Pid));
    }
    return true;
}

void SlotRing::Close()
{
    Region.Close();
    Layout = Geometry();
    Generation = 0;
}

bool SlotRing::IsOpen() const
{
    return Region.Data() != nullptr;
}

bool SlotRing::CheckIdentity(const std::string& Name, Problem& Why) const
{
    RegionHeader Header;
    std::memcpy(&Header, Region.Data(), sizeof(Header));
    std::uint64_t FoundMagic = 0;
    std::memcpy(&FoundMagic, Header.Magic, sizeof(FoundMagic));
    if (FoundMagic != RsaTalker::Magic)
    {
        return Why.Refuse("magic", "not RSATALKR", "RSATALKR: the region is not RSATalker's");
    }
    if (Header.Major != RsaTalker::Major)
    {
        Why.Kind = ProblemKind::ProtocolVersion;
        Why.Field = "major";
        Why.Text = "The region has layout version " + std::to_string(Header.Major) + "." +
                   std::to_string(Header.Minor) + "; this plugin reads " + std::to_string(RsaTalker::Major) +
                   ".x. Update the older of the sidecar and the plugin.";
        return false;
    }
    if (!DemandEqual("kind", Header.Kind, static_cast<std::uint64_t>(Kind), Why) ||
        !DemandEqual("header_bytes", Header.HeaderBytes, sizeof(RegionHeader), Why))
    {
        return false;
    }
    if (NameOf(Header.Guid) != Name)
    {
        return Why.Refuse("guid", NameOf(Header.Guid), Name + ", its own name");
    }
    if (!DemandEqual("region_bytes", Header.RegionBytes, Region.SizeBytes(), Why))
    {
        return false;
    }
    for (const ReservedBytes& Gap : RegionHeaderReserved)
    {
        if (Header.Minor <= RsaTalker::Minor && !IsZero(Region.Data() + Gap.OffsetBytes, Gap.SizeBytes))
        {
            return Why.Refuse("reserved byte from " + std::to_string(Gap.OffsetBytes), "not 0", "0");
        }
    }
    return true;
}

bool SlotRing::TakeGeometry(Problem& Why)
{
    const Word& Current = WordAt(Region.Data() + offsetof(RegionHeader, Generation));
    const std::uint64_t Taken = Current.load(std::memory_order_acquire);
    RegionHeader Header;
    std::memcpy(&Header, Region.Data(), sizeof(Header));
    Geometry Found;
    if (!ReadGeometry(Header, Kind, Region.SizeBytes(), Found, Why))
    {
        return false;
    }
    Layout = Found;
    Generation = Taken; // only now: a layout that is refused is refused again at the next look
    return true;
}

bool SlotRing::TakeSettledGeometry(const std::string& Name, Problem& Why)
{
    const Word& Current = WordAt(Region.Data() + offsetof(RegionHeader, Generation));
    for (int Attempt = 0; Attempt < OpenAttempts; ++Attempt)
    {
        const std::uint64_t Before = Current.load(std::memory_order_acquire);
        if (TakeGeometry(Why))
        {
            return true;
        }
        std::atomic_thread_fence(std::memory_order_acquire);
        if (Before % 2 == 0 && Current.load(std::memory_order_relaxed) == Before)
        {
            return false;
        }
    }
    Why = {ProblemKind::RegionNotFound, "",
           "Region " + Name + " is being laid out anew. Ask for the conversation again."};
    return false;
}

ReadStatus SlotRing::Settle(Problem& Why)
{
    if (!IsOpen())
    {
        return ReadStatus::Nothing;
    }
    const Word& Current = WordAt(Region.Data() + offsetof(RegionHeader, Generation));
    const std::uint64_t Before = Current.load(std::memory_order_acquire);
    if (Before % 2 != 0)
    {
        return ReadStatus::Nothing;
    }
    const bool IsTaken = Before == Generation || TakeGeometry(Why);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (Current.load(std::memory_order_relaxed) != Before)
    {
        Generation = std::numeric_limits<std::uint64_t>::max(); // odd: no layout has it, so the next call takes it anew
        return ReadStatus::Nothing;
    }
    return IsTaken ? ReadStatus::Fresh : ReadStatus::Malformed;
}

std::uint8_t* SlotRing::Slot(std::uint64_t Number) const
{
    return Region.Data() + Layout.SlotsOffsetBytes + (Number % Layout.SlotCount) * Layout.SlotStrideBytes;
}

const std::uint8_t* SlotRing::BeginRead(std::uint64_t Number, std::uint64_t& Sequence) const
{
    std::uint8_t* Bytes = Slot(Number);
    Sequence = WordAt(Bytes).load(std::memory_order_acquire);
    const std::uint64_t End = WordAt(Bytes + SequenceEndOffset(Kind)).load(std::memory_order_relaxed);
    return Sequence == 0 || Sequence % 2 != 0 || End != Sequence ? nullptr : Bytes;
}

bool SlotRing::EndRead(std::uint64_t Number, std::uint64_t Sequence) const
{
    std::atomic_thread_fence(std::memory_order_acquire);
    const Word& Current = WordAt(Region.Data() + offsetof(RegionHeader, Generation));
    return WordAt(Slot(Number)).load(std::memory_order_relaxed) == Sequence &&
           Current.load(std::memory_order_relaxed) == Generation;
}

std::uint8_t* SlotRing::BeginWrite()
{
    std::uint8_t* Bytes = Slot(Latest() + 1);
    Word& Sequence = WordAt(Bytes);
    Sequence.store(Sequence.load(std::memory_order_relaxed) | 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    return Bytes;
}

void SlotRing::EndWrite()
{
    const std::uint64_t Number = Latest() + 1;
    std::uint8_t* Bytes = Slot(Number);
    const std::uint64_t Whole = WordAt(Bytes).load(std::memory_order_relaxed) + 1;
    WordAt(Bytes + SequenceEndOffset(Kind)).store(Whole, std::memory_order_release);
    WordAt(Bytes).store(Whole, std::memory_order_release);
    WordAt(Region.Data() + offsetof(RegionHeader, Latest)).store(Number, std::memory_order_release);
    Beat(RegionState::Live);
}

void SlotRing::Beat(RegionState State)
{
    const auto Value = static_cast<std::uint32_t>(State);
    std::memcpy(Region.Data() + offsetof(RegionHeader, State), &Value, sizeof(Value));
    const auto Now = static_cast<std::uint64_t>(HostClockNs());
    WordAt(Region.Data() + offsetof(RegionHeader, HeartbeatNs)).store(Now, std::memory_order_release);
}

std::uint64_t SlotRing::Latest() const
{
    return IsOpen() ? WordAt(Region.Data() + offsetof(RegionHeader, Latest)).load(std::memory_order_acquire) : 0;
}

RegionState SlotRing::State() const
{
    std::uint32_t Value = static_cast<std::uint32_t>(RegionState::Stopping);
    if (IsOpen())
    {
        std::memcpy(&Value, Region.Data() + offsetof(RegionHeader, State), sizeof(Value));
    }
    return static_cast<RegionState>(Value);
}

std::int64_t SlotRing::HeartbeatAgeNs() const
{
    if (!IsOpen())
    {
        return std::numeric_limits<std::int64_t>::max();
    }
    const Word& Beat = WordAt(Region.Data() + offsetof(RegionHeader, HeartbeatNs));
    const auto BeatNs = static_cast<std::int64_t>(Beat.load(std::memory_order_acquire));
    return BeatNs == 0 ? std::numeric_limits<std::int64_t>::max() : HostClockNs() - BeatNs;
}

bool SlotRing::WriterIsLost() const
{
    return State() == RegionState::Stopping || HeartbeatAgeNs() > std::int64_t{StaleMs} * 1'000'000;
}

std::string SlotRing::ExpressionSpace() const
{
    char Name[sizeof(RegionHeader::ExpressionSpace) + 1] = {};
    if (IsOpen())
    {
        std::memcpy(Name, Region.Data() + offsetof(RegionHeader, ExpressionSpace),
                    sizeof(RegionHeader::ExpressionSpace));
    }
    return Name;
}
} // namespace RsaTalker
