// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <string>

#include "ProtocolApi.h"

namespace RsaTalker
{
// How somebody feels.
struct MoodSetup
{
    std::string Name = "neutral"; // or happy, sad, angry, afraid, surprised, disgusted, tender
    float Strength = 1;           // above 0 to 1.5
};

struct HeadSetup
{
    std::string Avatar; // of ListAvatars
    MoodSetup Mood;
    float JawStrength = 1; // above 0 to 2
    float LipStrength = 1; // above 0 to 2
};

enum class Seniority
{
    Equal,
    AIsSenior,
    BIsSenior,
};

// Who the two are to each other.
struct RelationshipSetup
{
    bool IsBlood = false;
    Seniority Status = Seniority::Equal;
    float Strength = 1; // how much it shows: up to 1.5 exaggerates it
};

struct ConversationSetup
{
    HeadSetup Heads[2];
    RelationshipSetup Relationship;
    std::uint32_t Width = 0; // pixels of one layer; 0: the sidecar's default
    std::uint32_t Height = 0;
    std::uint32_t Layers = 1;      // 2: both eyes of a headset
    bool MotionOnly = false;       // no frames: the engine draws the heads itself
    float PixelsPerDegree = 0;     // of the display; 0: unknown
    std::uint64_t Seed = 0;        // chance of blinks, nods and glances
    std::int32_t AvOffsetMs = 0;   // above 0: faces are shown later
    bool HasPlaces = false;        // whether WorldFromHeads is set
    float WorldFromHeads[32] = {}; // row-major, metres
};

// Bodies of calls.
RSATALKERPROTOCOL_API std::string CreationJson(const ConversationSetup& Setup);
RSATALKERPROTOCOL_API std::string RelationshipJson(const std::string& ConversationId, const RelationshipSetup& Setup);
RSATALKERPROTOCOL_API std::string MoodJson(const std::string& ConversationId, int Head, const MoodSetup& Setup);
RSATALKERPROTOCOL_API std::string StyleJson(const std::string& ConversationId, int Head, const HeadSetup& Setup);
RSATALKERPROTOCOL_API const char* ParticipantName(int Head);
} // namespace RsaTalker
