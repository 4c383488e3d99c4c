// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "StreamedConversation.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "Envelopes.h"
#include "HostClock.h"
#include "JsonWriter.h"
#include "StreamedHead.h"
#include "StreamedMotion.h"
#include "StreamedState.h"

namespace RsaTalker
{
// What both sides know. The first thread that finds the sidecar gone says so.
struct StreamedConversation::Shared
{
    enum Fate
    {
        Alive,
        Ending, // the sentence is being written
        Over,
    };

    void End(std::string Words)
    {
        int Expected = Alive;
        if (State.compare_exchange_strong(Expected, Ending))
        {
            Sentence = std::move(Words);
            State.store(Over, std::memory_order_release);
        }
    }

    std::atomic<int> State{Alive};
    std::atomic<bool> IsWanted{true};
    std::string Sentence; // of the sidecar, why it ended; empty: it has gone
    std::string Id;
    std::shared_ptr<PictureDecoder> Decoder;
    StreamedHead Heads[Participants];
    StreamedMotion Motion;
    StreamedState Engine;
};

// One stream: takes its envelopes apart.
class StreamedConversation::Watching : public StreamSink
{
public:
    explicit Watching(std::shared_ptr<Shared> InCommon) : Common(std::move(InCommon))
    {
    }

    bool IsWanted() const override
    {
        return !HasEnded && Common->IsWanted.load(std::memory_order_relaxed);
    }

    void Take(std::string_view Bytes) override
    {
        Stream.Take(Bytes);
        while (!HasEnded && Stream.Next(Text))
        {
            JsonValue::Parse(Text, Message);
            HasEnded = Stream.IsEnd();
            HasEnded ? Common->End(Message["error"]["message"].AsText()) : Taken(Message);
        }
        if (Stream.IsDamaged())
        {
            HasEnded = true;
            Common->End("What the sidecar streams cannot be read. Restart it; report it if it comes again.");
        }
        Flush();
    }

    void End(const HttpResponse& Why) override
    {
        JsonValue Answer;
        JsonValue::Parse(Why.Body, Answer);
        Common->End(Answer["message"].AsText());
    }

protected:
    virtual void Taken(JsonValue& Read) = 0; // which may be swapped for one that is needed no more

    // All that has come has been taken.
    virtual void Flush()
    {
    }

    std::shared_ptr<Shared> Common;

private:
    Envelopes Stream;
    std::string Text;
    JsonValue Message;
    bool HasEnded = false;
};

// Of the pictures that have come meanwhile only each head's newest is decoded.
class StreamedConversation::WatchingPictures final : public Watching
{
public:
    using Watching::Watching;

private:
    void Taken(JsonValue& Read) override
    {
        const int Head = Read["picture"]["participant"].AsText() == ParticipantB ? 1 : 0;
        IsNew[Head] = Read["picture"].IsObject();
        std::swap(Newest[Head], Read);
    }

    void Flush() override
    {
        for (int Head = 0; Head < Participants; ++Head)
        {
            const JsonValue& Picture = Newest[Head]["picture"];
            if (IsNew[Head] && !Common->Heads[Head].Take(Picture, *Common->Decoder))
            {
                Common->End("A picture of the sidecar cannot be decoded. Update the older of sidecar and plugin.");
            }
            IsNew[Head] = false;
        }
    }

    static constexpr const char* ParticipantB = "PARTICIPANT_B";
    JsonValue Newest[Participants];
    bool IsNew[Participants] = {};
};

class StreamedConversation::WatchingMotion final : public Watching
{
public:
    using Watching::Watching;

private:
    void Taken(JsonValue& Read) override
    {
        Common->Motion.Take(Read);
    }
};

class StreamedConversation::Telling final : public PostSource
{
public:
    explicit Telling(std::shared_ptr<Shared> InCommon) : Common(std::move(InCommon))
    {
    }

    bool IsWanted() const override
    {
        return Common->IsWanted.load(std::memory_order_relaxed);
    }

    bool Next(std::string& Body) override
    {
        return Common->Engine.Request(Common->Id, HostClockNs(), Body);
    }

    void End(const HttpResponse& Why) override
    {
        JsonValue Answer;
        JsonValue::Parse(Why.Body, Answer);
        Common->End(Answer["message"].AsText());
    }

private:
    std::shared_ptr<Shared> Common;
};

StreamedConversation::StreamedConversation(SidecarCalls& Calls, const std::string& ConversationId, bool HasPictures,
                                           std::shared_ptr<PictureDecoder> Decoder)
    : Common(std::make_shared<Shared>())
{
    Common->Id = ConversationId;
    Common->Decoder = std::move(Decoder);
    if (HasPictures)
    {
        JsonWriter Json;
        Json.Text("conversationId", ConversationId).Number("maxRateHz", PicturesPerS);
        Calls.Watch("WatchService/WatchFrames", Json.Take(), std::make_shared<WatchingPictures>(Common));
    }
    JsonWriter Json;
    Json.Text("conversationId", ConversationId);
    Calls.Watch("WatchService/WatchMotion", Json.Take(), std::make_shared<WatchingMotion>(Common));
    Calls.Repeat("WatchService/SetEngineState", StateEveryS, std::make_shared<Telling>(Common));
}

StreamedConversation::~StreamedConversation()
{
    Common->IsWanted.store(false, std::memory_order_relaxed);
}

bool StreamedConversation::IsLost(std::string& Why) const
{
    if (Common->State.load(std::memory_order_acquire) != Shared::Over)
    {
        return false;
    }
    Why = Common->Sentence;
    return true;
}

bool StreamedConversation::IsDoubtful() const
{
    return false; // a state that is not answered ends it
}

ReadStatus StreamedConversation::ReadFrame(int Head, Frame& Target, Problem&)
{
    if (!Common->Heads[Head].Read(Target))
    {
        return ReadStatus::Nothing;
    }
    Geometry& Size = Seen[Head];
    Size.Width = std::max(Size.Width, Target.Header.Width);
    Size.Height = std::max(Size.Height, Target.Header.Height);
    Size.Layers = std::max(Size.Layers, Target.Header.Layers);
    return ReadStatus::Fresh;
}

Geometry StreamedConversation::Largest(int Head) const
{
    return Seen[Head];
}

ReadStatus StreamedConversation::ReadMotion(MotionTrack& Track, Problem&)
{
    Common->Motion.Read(Track);
    return ReadStatus::Nothing;
}

void StreamedConversation::Write(const EngineSlot& State)
{
    Common->Engine.Set(State);
}
} // namespace RsaTalker
