// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// What changes a conversation while it is live, and how it goes.

#include <utility>

#include "Conversation.h"
#include "JsonWriter.h"

namespace RsaTalker
{
namespace
{
constexpr std::int64_t HealthNs = 1'000'000'000; // between questions how it goes
} // namespace

void Conversation::Tell(const char* Method, std::string Json)
{
    const auto Answered =
        [this, StillThere = std::weak_ptr<int>(Alive), ThisAttempt = Attempt](const CallResult& Result)
    {
        const bool IsOurs = !StillThere.expired() && ThisAttempt == Attempt && Is == ConversationState::Live;
        if (IsOurs && Result.Failure == CallFailure::Refused)
        {
            Words = Result.Sentence; // the conversation goes on as it was
        }
    };
    if (Is == ConversationState::Live)
    {
        Calls->Call(Method, std::move(Json), Answered);
    }
}

void Conversation::SetRelationship(const RelationshipSetup& Relationship)
{
    Setup.Relationship = Relationship;
    Tell("ConversationService/SetRelationship", RelationshipJson(Id, Relationship));
}

void Conversation::SetMood(int Head, const MoodSetup& Mood)
{
    Setup.Heads[Head].Mood = Mood;
    Tell("ConversationService/SetMood", MoodJson(Id, Head, Mood));
}

void Conversation::SetStyle(int Head, float JawStrength, float LipStrength)
{
    Setup.Heads[Head].JawStrength = JawStrength;
    Setup.Heads[Head].LipStrength = LipStrength;
    Tell("ConversationService/SetStyle", StyleJson(Id, Head, Setup.Heads[Head]));
}

void Conversation::SetAvOffset(std::int32_t AvOffsetMs)
{
    Setup.AvOffsetMs = AvOffsetMs;
    JsonWriter Json;
    Tell("ConversationService/SetAvOffset", Json.Text("conversationId", Id).Integer("avOffsetMs", AvOffsetMs).Take());
}

ConversationHealth Conversation::Health(std::int64_t NowNs)
{
    if (Is == ConversationState::Live && NowNs - AskedHealthNs > HealthNs)
    {
        AskedHealthNs = NowNs;
        AskHealth();
    }
    return {Meter.PerSecond(), Meter.LatencyMs(), Told.SkewMs, Told.Warning};
}

void Conversation::AskHealth()
{
    const auto Answered = [this, StillThere = std::weak_ptr<int>(Alive)](const CallResult& Result)
    {
        const JsonValue& All = Result.Answer["conversations"];
        for (std::size_t Index = 0; !StillThere.expired() && Index < All.Size(); ++Index)
        {
            if (All[Index]["conversationId"].AsText() == Id)
            {
                Told.SkewMs = static_cast<double>(All[Index]["skewUs"].AsInteger()) * 1e-3;
                Told.Warning = All[Index]["warning"].AsText();
            }
        }
    };
    Calls->Call("SidecarService/GetStatus", "{}", Answered, 5);
}
} // namespace RsaTalker
