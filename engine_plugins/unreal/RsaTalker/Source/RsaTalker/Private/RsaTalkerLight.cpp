// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerLight.h"

#include "Components/DirectionalLightComponent.h"
#include "Components/LightComponent.h"
#include "Components/LocalLightComponent.h"
#include "Components/SkyLightComponent.h"
#include "Components/SpotLightComponent.h"
#include "Engine/World.h"
#include "LightProbe.h"
#include "RsaTalkerSettings.h"
#include "UObject/UObjectIterator.h"

namespace
{
constexpr double Pi = 3.141592653589793;

// A light that was destroyed is still there until the garbage collector comes, but no longer registered.
bool Shines(const ULightComponentBase& Light, const UWorld* World)
{
    return Light.GetWorld() == World && Light.IsRegistered() && Light.IsVisible() && Light.bAffectsWorld;
}

RsaTalker::LinearColor Scaled(const FLinearColor& Color, double Factor)
{
    return {Color.R * Factor, Color.G * Factor, Color.B * Factor};
}

RsaTalker::Vector Towards(const FVector& Travel)
{
    return RsaTalker::TowardsLight({Travel.X, Travel.Y, Travel.Z});
}

// Share of a spot light's brightness that reaches a direction: full inside the inner cone, none outside the outer one.
double SpotShare(const USpotLightComponent& Spot, const FVector& Travel)
{
    const double Inner = FMath::Cos(FMath::DegreesToRadians(static_cast<double>(Spot.InnerConeAngle)));
    const double Outer = FMath::Cos(FMath::DegreesToRadians(static_cast<double>(Spot.OuterConeAngle)));
    const double Along = FVector::DotProduct(Spot.GetForwardVector(), Travel);
    const double Share = FMath::Clamp((Along - Outer) / FMath::Max(Inner - Outer, 1e-4), 0.0, 1.0);
    return Share * Share;
}

// Inverse-square with Unreal's window at the attenuation radius; brightness is per square centimetre.
double Attenuation(const ULocalLightComponent& Light, const FVector& Place, FVector& Travel)
{
    Travel = Place - Light.GetComponentLocation();
    const double Distance = Travel.Size();
    const double Window =
        1.0 - FMath::Square(FMath::Square(Distance / FMath::Max<double>(Light.AttenuationRadius, 1.0)));
    Travel = Distance > 0.0 ? Travel / Distance : FVector(0.0, 0.0, -1.0);
    return FMath::Square(FMath::Max(Window, 0.0)) / (Distance * Distance + 1.0);
}
} // namespace

void FRsaTalkerLight::Write(const UWorld* World, const FVector& Place, double NowS, RsaTalker::EngineSlot& State)
{
    if (LookedS < 0.0 || NowS - LookedS > LookEveryS)
    {
        LookedS = NowS;
        Look(World, Place);
    }
    State.Flags = Seen.Flags;
    FMemory::Memcpy(State.Probe, Seen.Probe, sizeof(State.Probe));
    FMemory::Memcpy(State.KeyDirection, Seen.KeyDirection, sizeof(State.KeyDirection));
    FMemory::Memcpy(State.KeyColor, Seen.KeyColor, sizeof(State.KeyColor));
}

void FRsaTalkerLight::Look(const UWorld* World, const FVector& Place)
{
    RsaTalker::LightProbe Probe;
    double Brightest = 0.0;
    for (TObjectIterator<ULightComponent> It; It; ++It)
    {
        const ULightComponent& Light = **It;
        if (!Shines(Light, World))
        {
            continue;
        }
        FVector Travel = FVector::ZeroVector;
        double Share = 1.0;
        if (const UDirectionalLightComponent* Sun = Cast<UDirectionalLightComponent>(&Light))
        {
            Travel = Sun->GetDirection();
        }
        else if (const ULocalLightComponent* Lamp = Cast<ULocalLightComponent>(&Light))
        {
            Share = Attenuation(*Lamp, Place, Travel);
            const USpotLightComponent* Spot = Cast<USpotLightComponent>(&Light);
            Share *= Spot ? SpotShare(*Spot, Travel) : 1.0;
        }
        const FLinearColor Brightness = Light.GetColoredLightBrightness();
        Brightest = FMath::Max(Brightest, static_cast<double>(Brightness.GetLuminance()) * Share);
        Probe.AddLamp(Towards(Travel), Scaled(Brightness, Share / Pi));
    }
    for (TObjectIterator<USkyLightComponent> It; It; ++It)
    {
        if (!Shines(**It, World))
        {
            continue;
        }
        // What it captured stays on the GPU: its colour, as bright as the settings say beside the key light.
        const double Level =
            (Brightest > 0.0 ? Brightest / Pi : 1.0) * GetDefault<URsaTalkerSettings>()->SkyShare * It->Intensity;
        const FLinearColor Below = It->bLowerHemisphereIsBlack ? It->LowerHemisphereColor : It->GetLightColor();
        Probe.AddHemispheres(Scaled(It->GetLightColor(), Level), Scaled(Below, Level));
    }
    Seen.Flags = 0;
    Probe.Write(Seen, 0.0);
}
