// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerSetup.h"

#include "RsaTalkerConversation.h"
#include "RsaTalkerHeadComponent.h"
#include "RsaTalkerProgram.h"
#include "RsaTalkerSettings.h"
#include "UnrealSpace.h"

RsaTalker::RelationshipSetup RsaTalkerRelationshipOf(const FRsaTalkerRelationship& Relationship)
{
    RsaTalker::RelationshipSetup Setup;
    Setup.IsBlood = Relationship.bBlood;
    Setup.Status = static_cast<RsaTalker::Seniority>(Relationship.Status);
    Setup.Strength = Relationship.Strength;
    return Setup;
}

RsaTalker::LinkSettings RsaTalkerLinkOf(const FString& Address, const FString& Token, const FString& Fingerprint)
{
    return {TCHAR_TO_UTF8(*Address), TCHAR_TO_UTF8(*Token), TCHAR_TO_UTF8(*RsaTalkerClientName()),
            TCHAR_TO_UTF8(*Fingerprint)};
}

RsaTalker::MoodSetup RsaTalkerMoodOf(const FRsaTalkerMood& Mood)
{
    return {TCHAR_TO_UTF8(*Mood.Name), Mood.Strength};
}

void WriteRsaTalkerPlaces(const ARsaTalkerConversation& Actor, float (&WorldFromHeads)[32])
{
    for (int32 Index = 0; Index < 2; ++Index)
    {
        const URsaTalkerHeadComponent* Head = Actor.GetHead(static_cast<ERsaTalkerHead>(Index));
        const FVector Place = Head->GetComponentLocation() - Actor.GetSpaceOrigin();
        const FQuat Turn = Head->GetComponentQuat();
        const double Quaternion[4] = {Turn.X, Turn.Y, Turn.Z, Turn.W};
        float Matrix[16];
        RsaTalker::HeadFromUnreal({Place.X, Place.Y, Place.Z}, Quaternion, Matrix);
        FMemory::Memcpy(WorldFromHeads + 16 * Index, Matrix, sizeof(Matrix));
    }
}

RsaTalker::ConversationSetup RsaTalkerSetupOf(const ARsaTalkerConversation& Actor, bool bIsStereo)
{
    const URsaTalkerSettings* Settings = GetDefault<URsaTalkerSettings>();
    RsaTalker::ConversationSetup Setup;
    Setup.MotionOnly = true;
    for (int32 Index = 0; Index < 2; ++Index)
    {
        const URsaTalkerHeadComponent* Head = Actor.GetHead(static_cast<ERsaTalkerHead>(Index));
        Setup.Heads[Index] = {TCHAR_TO_UTF8(*Head->Avatar), RsaTalkerMoodOf(Head->Mood), Head->JawStrength,
                              Head->LipStrength};
        Setup.MotionOnly = Setup.MotionOnly && !Head->bShowCard;
    }
    Setup.Relationship = RsaTalkerRelationshipOf(Actor.Relationship);
    Setup.Width = Setup.Height = static_cast<std::uint32_t>(Settings->FrameSize);
    Setup.Layers = bIsStereo ? 2 : 1;
    Setup.PixelsPerDegree = Settings->PixelsPerDegree;
    Setup.Seed = static_cast<std::uint64_t>(FMath::Max(Actor.Seed, 0));
    Setup.AvOffsetMs = Actor.AvOffsetMs;
    Setup.HasPlaces = true;
    WriteRsaTalkerPlaces(Actor, Setup.WorldFromHeads);
    return Setup;
}
