// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "FrameRingLayout.h"
#include "ProtocolApi.h"
#include "UnrealSpace.h"

namespace RsaTalker
{
struct LinearColor
{
    double R = 0;
    double G = 0;
    double B = 0;
};

// The light at the heads as the sidecar takes it: radiance in spherical harmonics of order 2, and one key light. Sums
// up what shines there; the strongest lamp becomes the key. Our axes. One thread.
class RSATALKERPROTOCOL_API LightProbe
{
public:
    // Radiance from above and from below, such as of a sky light.
    void AddHemispheres(const LinearColor& Above, const LinearColor& Below);

    // A lamp: unit vector towards it, and its irradiance on a surface that faces it divided by pi.
    void AddLamp(const Vector& Towards, const LinearColor& Color);

    // Writes it for the sidecar. Exposure: factor of all light; 0 makes a surface that faces the key light as bright as
    // white paper is in a well-exposed picture, however bright the scene's units are.
    void Write(EngineSlot& State, double Exposure) const;

private:
    void Spread(const Vector& Towards, const LinearColor& Color);

    double Probe[27] = {};
    Vector KeyDirection{0, 1, 0};
    LinearColor KeyColor;
};
} // namespace RsaTalker
