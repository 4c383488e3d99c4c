// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Lights, as far as the plugin asks them.

#pragma once

#include "World.h"

class ULightComponentBase : public USceneComponent
{
public:
    FLinearColor GetLightColor() const
    {
        return Color;
    }

    float Intensity = 1;
    bool bAffectsWorld = true;
    FLinearColor Color{1, 1, 1, 1};
};

class ULightComponent : public ULightComponentBase
{
public:
    FVector GetDirection() const
    {
        return GetForwardVector();
    }

    FLinearColor GetColoredLightBrightness() const
    {
        return {Color.R * Intensity, Color.G * Intensity, Color.B * Intensity, 1};
    }
};

class UDirectionalLightComponent : public ULightComponent
{
};

class ULocalLightComponent : public ULightComponent
{
public:
    float AttenuationRadius = 1000;
};

class USpotLightComponent : public ULocalLightComponent
{
public:
    float InnerConeAngle = 0;
    float OuterConeAngle = 44;
};

class USkyLightComponent : public ULightComponentBase
{
public:
    bool bLowerHemisphereIsBlack = true;
    FLinearColor LowerHemisphereColor{0, 0, 0, 1};
};
