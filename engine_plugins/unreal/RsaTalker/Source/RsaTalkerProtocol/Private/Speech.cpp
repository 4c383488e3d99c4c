// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Speech.h"

#include <algorithm>
#include <utility>

#include "ConversationSetup.h"
#include "JsonWriter.h"

namespace RsaTalker
{
namespace
{
constexpr std::size_t FirstChunkMs = 200; // soon at the sidecar, so that the face starts soon
constexpr std::size_t ChunkMs = 1000;
constexpr std::size_t LeastChunkMs = 20;
constexpr std::int64_t GapBehindCutUs = 150'000; // of PushAudio with interrupts: proto/sidecar/v1/speech.proto
} // namespace

Speech::Speech(Listener InListener) : Tell(std::move(InListener))
{
}

Speech::~Speech() = default;

std::uint64_t Speech::Begin(int Head, std::shared_ptr<VoiceBuffer> Voice, bool Interrupts, std::int64_t NowNs)
{
    auto Entry = std::make_shared<Turn>();
    Entry->Id = ++LastTurn;
    Entry->WireId = ++LastWire;
    Entry->Head = Head;
    Entry->Voice = std::move(Voice);
    Entry->Interrupts = Interrupts;
    Entry->AskedNs = NowNs;
    Turns.push_back(std::move(Entry));
    return LastTurn;
}

Turn* Speech::OfWire(std::uint64_t WireId)
{
    for (const auto& Entry : Turns)
    {
        if (Entry->WireId == WireId)
        {
            return Entry.get();
        }
    }
    return nullptr;
}

void Speech::Attach(std::shared_ptr<SidecarCalls> InCalls, std::string InConversationId)
{
    Calls = std::move(InCalls);
    ConversationId = std::move(InConversationId);
    for (const auto& Entry : Turns)
    {
        Entry->WireId = ++LastWire; // a late answer to the old one finds nobody
        Entry->Base = Entry->Voice->Played();
        Entry->Sent = Entry->Base;
        Entry->Sequence = 0;
        Entry->IsSending = Entry->IsSent = Entry->HasStart = Entry->IsRefused = false;
    }
}

void Speech::Detach()
{
    Calls.reset();
    for (const auto& Entry : Turns)
    {
        Entry->HasStart = false;
    }
}

void Speech::Clear()
{
    const auto Over = std::exchange(Turns, {});
    for (const auto& Entry : Over)
    {
        Entry->IsCut = true;
        Entry->Voice->CutAt(0);
        Tell({TurnEventKind::Ended, Entry->Id, Entry->Head, true, ""});
    }
}

void Speech::Cancel(std::uint64_t TurnId)
{
    for (const auto& Entry : Turns)
    {
        if (Entry->Id != TurnId || Entry->IsCut)
        {
            continue;
        }
        Entry->IsCut = true;
        if (!Calls || Entry->Sequence == 0)
        {
            Entry->Voice->CutAt(0);
            return;
        }
        const auto Answered = [Voice = Entry->Voice, Base = Entry->Base](const CallResult& Result)
        {
            const std::int64_t CutUs = std::max<std::int64_t>(Result.Answer["cutAtMediaUs"].AsInteger(), 0);
            Voice->CutAt(Base + static_cast<std::size_t>(CutUs) * Voice->SampleRateHz / 1'000'000);
        };
        CancelWire(Entry->WireId, Answered);
        return;
    }
}

void Speech::CancelWire(std::uint64_t WireId, SidecarCalls::Done Answered)
{
    JsonWriter Json;
    Json.Text("conversationId", ConversationId).Integer64("utteranceId", WireId);
    Calls->Call("SpeechService/CancelSpeech", Json.Take(), std::move(Answered), 2);
}

void Speech::Send(Turn& Entry)
{
    const std::size_t Rate = Entry.Voice->SampleRateHz;
    const bool IsFinished = Entry.Voice->IsFinished(); // before the count: what comes later is not missed
    const std::size_t Left = Entry.Voice->Written() - Entry.Sent;
    if (!Calls || Entry.IsSending || Entry.IsSent || Entry.IsCut || Entry.IsRefused ||
        (Left < Rate * LeastChunkMs / 1000 && !IsFinished))
    {
        return;
    }
    const std::size_t Count = std::min(Left, Rate * (Entry.Sequence == 0 ? FirstChunkMs : ChunkMs) / 1000);
    const bool IsLast = IsFinished && Count == Left;
    Chunk.resize(Count);
    Entry.Voice->Copy(Entry.Sent, Count, Chunk.data());
    JsonWriter Json;
    Json.Text("conversationId", ConversationId).Text("participant", ParticipantName(Entry.Head));
    Json.Integer64("utteranceId", Entry.WireId).Integer64("sequence", Entry.Sequence);
    Json.Begin("format").Integer("sampleRateHz", static_cast<std::int64_t>(Rate)).Integer("channels", 1);
    Json.Text("sampleFormat", "SAMPLE_FORMAT_S16").End();
    Json.Boolean("last", IsLast).Boolean("interrupts", Entry.Interrupts && Entry.Sequence == 0);
    Json.Bytes("audio", Chunk.data(), Count * sizeof(std::int16_t)); // little-endian, as all machines of Unreal
    Entry.IsSending = true;
    const auto Answered =
        [this, StillThere = std::weak_ptr<int>(Alive), WireId = Entry.WireId, Count, IsLast](const CallResult& Result)
    {
        if (!StillThere.expired())
        {
            Taken(WireId, Count, IsLast, Result);
        }
    };
    Calls->Call("SpeechService/PushAudio", Json.Take(), Answered);
}

void Speech::Taken(std::uint64_t WireId, std::size_t Samples, bool IsLast, const CallResult& Result)
{
    Turn* Entry = OfWire(WireId);
    if ((Entry == nullptr || Entry->IsCut) && Calls && Result.Failure == CallFailure::None &&
        Result.Answer["nextSequence"].AsInteger() == 1)
    {
        CancelWire(WireId, [](const CallResult&) {}); // it was cut while its first chunk was on the way
    }
    if (Entry == nullptr)
    {
        return;
    }
    Entry->IsSending = false;
    if (Result.Failure == CallFailure::Refused)
    {
        Entry->IsRefused = !Entry->IsCut; // behind a cut the sidecar refuses what comes: that is as it should be
        Entry->IsSent = true;
        if (Entry->IsRefused)
        {
            Tell({TurnEventKind::Refused, Entry->Id, Entry->Head, false, Result.Sentence});
        }
        return;
    }
    if (Result.Failure != CallFailure::None) // the conversation notices, and Attach begins anew
    {
        return;
    }
    const bool IsFirst = Entry->Sequence == 0;
    Entry->Sent += Samples;
    Entry->IsSent = IsLast;
    Entry->Sequence = static_cast<std::uint64_t>(Result.Answer["nextSequence"].AsInteger());
    Entry->StartUs = Result.Answer["startUs"].AsInteger();
    Entry->HasStart = true;
    if (IsFirst && Entry->Interrupts)
    {
        CutOthers(*Entry);
    }
}

void Speech::CutOthers(const Turn& By)
{
    for (const auto& Other : Turns)
    {
        if (Other->Head == By.Head || Other->IsCut || Other->WireId > By.WireId)
        {
            continue;
        }
        Other->IsCut = true;
        const std::int64_t CutUs = Other->HasStart ? By.StartUs - GapBehindCutUs - Other->StartUs : 0;
        const auto Samples = static_cast<std::size_t>(std::max<std::int64_t>(CutUs, 0)) * Other->Voice->SampleRateHz;
        Other->Voice->CutAt(Other->Base + Samples / 1'000'000);
    }
}

void Speech::Release(Turn& Entry)
{
    Entry.IsReleased = true;
    Entry.Voice->Release();
    Tell({TurnEventKind::Began, Entry.Id, Entry.Head, false, ""});
}

void Speech::Tick(const MotionTrack& Motion, std::int64_t NowNs)
{
    bool IsBusy[Participants] = {}; // a head says one thing after the other
    for (std::size_t Index = 0; Index < Turns.size();)
    {
        const std::shared_ptr<Turn> Kept = Turns[Index];
        Turn& Entry = *Kept;
        Entry.Observe();
        Send(Entry);
        const bool IsReady = Entry.IsRefused || Motion.HasMotionOf(Entry.Head, Entry.WireId);
        if (IsBusy[Entry.Head])
        {
            Entry.AskedNs = NowNs; // it is not the face that it waits for
        }
        else if (!Entry.IsReleased && !Entry.IsCut && (IsReady || NowNs - Entry.AskedNs > PatienceNs))
        {
            Release(Entry);
            if (Index >= Turns.size() || Turns[Index] != Kept) // whoever heard of it has cleared all
            {
                return;
            }
        }
        if (!Entry.IsOver(NowNs, OutputLatencyUs))
        {
            IsBusy[Entry.Head] = true;
            ++Index;
            continue;
        }
        const TurnEvent Event{TurnEventKind::Ended, Entry.Id, Entry.Head, Entry.IsCut, ""};
        Turns.erase(Turns.begin() + static_cast<std::ptrdiff_t>(Index));
        Tell(Event);
    }
}

std::uint32_t Speech::Report(Playback* Entries, std::int64_t NowNs) const
{
    std::uint32_t Count = 0;
    for (const auto& Entry : Turns)
    {
        const bool IsKnown = Calls && !Entry->IsRefused && (Entry->IsSending || Entry->Sequence > 0);
        if (IsKnown && Count < static_cast<std::uint32_t>(MaxPlaybacks))
        {
            Entries[Count++] = Entry->Report(NowNs, OutputLatencyUs);
        }
    }
    return Count;
}

bool Speech::TimelineUs(int Head, std::int64_t NowNs, std::int64_t& Result) const
{
    for (const auto& Entry : Turns)
    {
        const std::int64_t HeardUs =
            Entry->Head == Head && Entry->HasStart ? Entry->HeardUs(NowNs, OutputLatencyUs) : -1;
        if (HeardUs >= 0)
        {
            Result = Entry->StartUs + HeardUs;
            return true;
        }
    }
    return false;
}

bool Speech::IsSpeaking(int Head) const
{
    return std::any_of(Turns.begin(), Turns.end(), [Head](const auto& Entry) { return Entry->Head == Head; });
}
} // namespace RsaTalker
