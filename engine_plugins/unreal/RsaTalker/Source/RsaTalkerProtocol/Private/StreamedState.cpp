// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "StreamedState.h"

#include <algorithm>
#include <utility>

#include "JsonWriter.h"

namespace RsaTalker
{
namespace
{
void WriteEyes(const EngineSlot& State, JsonWriter& Json)
{
    Json.Begin("eyes", '[');
    for (std::uint32_t Eye = 0; Eye < std::min<std::uint32_t>(State.EyeCount, MaxLayers); ++Eye)
    {
        const View& Seen = State.Eyes[Eye];
        Json.Begin("").Numbers("cameraFromWorld", Seen.CameraFromWorld, 16).Numbers("tangents", Seen.Tangents, 4);
        Json.Number("nearM", static_cast<double>(Seen.NearM)).Number("farM", static_cast<double>(Seen.FarM)).End();
    }
    Json.End(']');
}

// What is heard when the call arrives, not when the state was taken.
void WritePlaybacks(const EngineSlot& State, std::int64_t NowNs, JsonWriter& Json)
{
    Json.Begin("playbacks", '[');
    for (std::uint32_t Index = 0; Index < std::min<std::uint32_t>(State.PlaybackCount, MaxPlaybacks); ++Index)
    {
        const Playback& Heard = State.Playbacks[Index];
        const double SinceUs = static_cast<double>(Heard.Rate) * static_cast<double>(NowNs - Heard.AtNs) * 1e-3;
        Json.Begin("").Integer64("utteranceId", Heard.UtteranceId);
        Json.Integer("positionUs", Heard.PositionUs + static_cast<std::int64_t>(SinceUs));
        Json.Number("rate", static_cast<double>(Heard.Rate)).End();
    }
    Json.End(']');
}
} // namespace

void StreamedState::Set(const EngineSlot& State)
{
    const std::unique_lock<std::mutex> Lock(Gate, std::try_to_lock);
    if (Lock.owns_lock()) // otherwise it is being sent: the next state comes with the next frame
    {
        Newest = State;
        IsNew = true;
    }
}

bool StreamedState::Request(const std::string& ConversationId, std::int64_t NowNs, std::string& Body)
{
    EngineSlot State;
    {
        const std::lock_guard<std::mutex> Lock(Gate);
        if (!IsNew)
        {
            return false;
        }
        State = Newest;
        IsNew = false;
    }
    JsonWriter Json(std::move(Body));
    Json.Text("conversationId", ConversationId).Integer64("poseId", State.PoseId);
    WriteEyes(State, Json);
    Json.Numbers("worldFromHeads", State.WorldFromHead, 32);
    WritePlaybacks(State, NowNs, Json);
    if ((State.Flags & static_cast<std::uint32_t>(EngineFlags::HasLight)) != 0)
    {
        Json.Begin("light").Numbers("probe", State.Probe, 27).Numbers("keyDirection", State.KeyDirection, 3);
        Json.Numbers("keyColor", State.KeyColor, 3).End();
    }
    Body = Json.Take();
    return true;
}
} // namespace RsaTalker
