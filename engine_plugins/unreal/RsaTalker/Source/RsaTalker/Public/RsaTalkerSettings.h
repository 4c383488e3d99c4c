// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"

#include "RsaTalkerSettings.generated.h"

class UMaterialInterface;

/** Project Settings > Plugins > RSATalker. */
UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "RSATalker"))
class RSATALKER_API URsaTalkerSettings : public UDeveloperSettings
{
    GENERATED_BODY()

public:
    URsaTalkerSettings();

    /** Where the sidecar listens for HTTP, "host:port"; with "http://" before it, one that was started with
     * --insecure-lan. Empty: the one on this machine, else, with a token, one on the LAN that this user trusts. */
    UPROPERTY(Config, EditAnywhere, Category = "Sidecar")
    FString SidecarAddress;

    /** Token of a sidecar on another machine. Empty: the environment's RSATALKER_TOKEN, which no project file shows. */
    UPROPERTY(Config, EditAnywhere, Category = "Sidecar")
    FString SidecarToken;

    /** Fingerprint of the certificate of a sidecar on the LAN, as its `rsatalker serve --lan` prints it. Empty: the one
     * that this user has trusted. */
    UPROPERTY(Config, EditAnywhere, Category = "Sidecar")
    FString SidecarFingerprint;

    /** The program `rsatalker`. Empty: looked for in PATH. */
    UPROPERTY(Config, EditAnywhere, Category = "Sidecar")
    FString SidecarProgram;

    /** Start the sidecar when a conversation starts and none runs. */
    UPROPERTY(Config, EditAnywhere, Category = "Sidecar")
    bool bStartSidecar = false;

    /** A sidecar that was started from here ends when this program ends. */
    UPROPERTY(Config, EditAnywhere, Category = "Sidecar")
    bool bStopSidecarWithProgram = true;

    /** Pixels of one eye's picture of a head. */
    UPROPERTY(Config, EditAnywhere, Category = "Frames", meta = (ClampMin = "64", ClampMax = "2048"))
    int32 FrameSize = 512;

    /** Pixels per degree in the middle of the display, so that far heads are drawn no finer. 0: always full size. */
    UPROPERTY(Config, EditAnywhere, Category = "Frames", meta = (ClampMin = "0", ClampMax = "200"))
    float PixelsPerDegree = 0.0f;

    /** From the moment that eyes are sent until the picture is seen, milliseconds. */
    UPROPERTY(Config, EditAnywhere, Category = "Frames", meta = (ClampMin = "0", ClampMax = "100"))
    float DisplayLatencyMs = 20.0f;

    /** From the moment that the audio thread asks for sound until it is heard, milliseconds; see Docs/Sync.md. */
    UPROPERTY(Config, EditAnywhere, Category = "Sound", meta = (ClampMin = "0", ClampMax = "500"))
    float OutputLatencyMs = 60.0f;

    /** Brightness of the sky light's sky beside the key light, where Unreal does not tell what the sky light captured.
     */
    UPROPERTY(Config, EditAnywhere, Category = "Light", meta = (ClampMin = "0", ClampMax = "2"))
    float SkyShare = 0.35f;

    /** Draws the solid part of heads and writes depth. The editor makes it in the plugin's content. */
    UPROPERTY(Config, EditAnywhere, Category = "Materials")
    TSoftObjectPtr<UMaterialInterface> SolidMaterial;

    /** Draws the soft edge of heads: hair, and whatever is half transparent. */
    UPROPERTY(Config, EditAnywhere, Category = "Materials")
    TSoftObjectPtr<UMaterialInterface> EdgeMaterial;

    virtual FName GetCategoryName() const override;
};
