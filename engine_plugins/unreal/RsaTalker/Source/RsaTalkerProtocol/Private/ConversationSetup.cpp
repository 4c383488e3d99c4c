// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "ConversationSetup.h"

#include "FrameRingLayout.h"
#include "JsonWriter.h"

namespace RsaTalker
{
namespace
{
void WriteRelationship(JsonWriter& Json, const RelationshipSetup& Setup)
{
    Json.Begin("relationship").Text("kinship", Setup.IsBlood ? "KINSHIP_BLOOD" : "KINSHIP_NON_BLOOD");
    Json.Text("status", Setup.Status == Seniority::Equal ? "SOCIAL_STATUS_EQUAL" : "SOCIAL_STATUS_UNEQUAL");
    if (Setup.Status != Seniority::Equal)
    {
        Json.Text("senior", Setup.Status == Seniority::AIsSenior ? "SENIOR_A" : "SENIOR_B");
    }
    Json.End();
}

void WriteMood(JsonWriter& Json, const MoodSetup& Setup)
{
    Json.Begin("mood").Text("name", Setup.Name).Number("strength", static_cast<double>(Setup.Strength)).End();
}

void WriteStyle(JsonWriter& Json, const HeadSetup& Setup)
{
    Json.Begin("style").Number("jawStrength", static_cast<double>(Setup.JawStrength));
    Json.Number("lipStrength", static_cast<double>(Setup.LipStrength)).End();
}

void WriteHead(JsonWriter& Json, const ConversationSetup& Setup, int Head)
{
    Json.Begin("").Text("avatar", Setup.Heads[Head].Avatar);
    if (Setup.HasPlaces)
    {
        Json.Numbers("worldFromHead", Setup.WorldFromHeads + 16 * Head, 16);
    }
    WriteMood(Json, Setup.Heads[Head].Mood);
    WriteStyle(Json, Setup.Heads[Head]);
    Json.End();
}
} // namespace

const char* ParticipantName(int Head)
{
    return Head == 0 ? "PARTICIPANT_A" : "PARTICIPANT_B";
}

std::string CreationJson(const ConversationSetup& Setup)
{
    JsonWriter Json;
    Json.Begin("protocolVersion").Integer("major", Major).Integer("minor", Minor).End();
    Json.Begin("participants", '[');
    WriteHead(Json, Setup, 0);
    WriteHead(Json, Setup, 1);
    Json.End(']');
    WriteRelationship(Json, Setup.Relationship);
    Json.Begin("frames").Integer("width", Setup.Width).Integer("height", Setup.Height).Integer("layers", Setup.Layers);
    Json.Boolean("motionOnly", Setup.MotionOnly);
    Json.Number("pixelsPerDegree", static_cast<double>(Setup.PixelsPerDegree)).End();
    Json.Integer64("seed", Setup.Seed).Integer("avOffsetMs", Setup.AvOffsetMs);
    return Json.Take();
}

std::string RelationshipJson(const std::string& ConversationId, const RelationshipSetup& Setup)
{
    JsonWriter Json;
    Json.Text("conversationId", ConversationId);
    WriteRelationship(Json, Setup);
    return Json.Number("strength", static_cast<double>(Setup.Strength)).Take();
}

std::string MoodJson(const std::string& ConversationId, int Head, const MoodSetup& Setup)
{
    JsonWriter Json;
    Json.Text("conversationId", ConversationId).Text("participant", ParticipantName(Head));
    WriteMood(Json, Setup);
    return Json.Take();
}

std::string StyleJson(const std::string& ConversationId, int Head, const HeadSetup& Setup)
{
    JsonWriter Json;
    Json.Text("conversationId", ConversationId).Text("participant", ParticipantName(Head));
    WriteStyle(Json, Setup);
    return Json.Take();
}
} // namespace RsaTalker
