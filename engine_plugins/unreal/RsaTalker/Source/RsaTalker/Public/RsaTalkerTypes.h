// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

#include "RsaTalkerTypes.generated.h"

/** One of the two heads of a conversation. */
UENUM(BlueprintType)
enum class ERsaTalkerHead : uint8
{
    A,
    B,
};

/** What a conversation is doing. */
UENUM(BlueprintType)
enum class ERsaTalkerState : uint8
{
    /** Nobody has started it. */
    Stopped,
    /** It waits for a sidecar. */
    Waiting,
    /** The sidecar loads both avatars. */
    Creating,
    /** Both heads live. */
    Live,
    /** The sidecar refused; Get Sentence says why. */
    Failed,
};

/** Who stands above the other. */
UENUM(BlueprintType)
enum class ERsaTalkerStatus : uint8
{
    Equal,
    AIsSenior,
    BIsSenior,
};

/** Who the two are to each other. */
USTRUCT(BlueprintType)
struct RSATALKER_API FRsaTalkerRelationship
{
    GENERATED_BODY()

    /** Whether they are kin. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    bool bBlood = false;

    /** Who stands above the other. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    ERsaTalkerStatus Status = ERsaTalkerStatus::Equal;

    /** How much it shows: 1 as learned, up to 1.5 exaggerates it. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker", meta = (ClampMin = "0.01", ClampMax = "1.5"))
    float Strength = 1.0f;
};

/** How a conversation goes. */
USTRUCT(BlueprintType)
struct RSATALKER_API FRsaTalkerHealth
{
    GENERATED_BODY()

    /** New frames of the first head in the last second. */
    UPROPERTY(BlueprintReadOnly, Category = "RSATalker")
    float FramesPerSecond = 0.0f;

    /** From telling the sidecar where the eyes are to a picture for them, milliseconds. */
    UPROPERTY(BlueprintReadOnly, Category = "RSATalker")
    float LatencyMs = 0.0f;

    /** How far faces are behind their sound, milliseconds; below 0: ahead. */
    UPROPERTY(BlueprintReadOnly, Category = "RSATalker")
    float SkewMs = 0.0f;

    /** What the sidecar finds wrong with what it is told; empty if nothing is. */
    UPROPERTY(BlueprintReadOnly, Category = "RSATalker")
    FString Warning;
};

/** How somebody feels. */
USTRUCT(BlueprintType)
struct RSATALKER_API FRsaTalkerMood
{
    GENERATED_BODY()

    /** neutral, happy, sad, angry, afraid, surprised, disgusted or tender. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    FString Name = TEXT("neutral");

    /** How much of it shows, above 0 to 1.5. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker", meta = (ClampMin = "0.01", ClampMax = "1.5"))
    float Strength = 1.0f;
};
