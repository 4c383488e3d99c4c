// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "LightProbe.h"

#include <algorithm>

namespace RsaTalker
{
namespace
{
constexpr double Pi = 3.141592653589793;
constexpr double Norms[] = {0.282095, 0.488603, 1.092548, 0.315392, 0.546274}; // Y00, Y1m, Y2-2 Y2-1 Y21, Y20, Y22
constexpr double WhiteLevel = 1; // of a white surface that faces the key light

double Luminance(const LinearColor& Color) // of linear sRGB: Rec. 709
{
    return 0.2126 * Color.R + 0.7152 * Color.G + 0.0722 * Color.B;
}
} // namespace

void LightProbe::AddHemispheres(const LinearColor& Above, const LinearColor& Below)
{
    // Integrals over half spheres: 2 pi for the constant, pi for the height y; those of second order cancel out.
    const double Up[] = {Above.R, Above.G, Above.B};
    const double Down[] = {Below.R, Below.G, Below.B};
    for (int Channel = 0; Channel < 3; ++Channel)
    {
        Probe[Channel] += Norms[0] * 2 * Pi * (Up[Channel] + Down[Channel]);
        Probe[3 + Channel] += Norms[1] * Pi * (Up[Channel] - Down[Channel]);
    }
}

void LightProbe::Spread(const Vector& Towards, const LinearColor& Color)
{
    const double X = Towards.X, Y = Towards.Y, Z = Towards.Z;
    const double Basis[9] = {
        Norms[0],
        Norms[1] * Y,
        Norms[1] * Z,
        Norms[1] * X,
        Norms[2] * X * Y,
        Norms[2] * Y * Z,
        Norms[3] * (3 * Z * Z - 1),
        Norms[2] * X * Z,
        Norms[4] * (X * X - Y * Y),
    };
    for (int Row = 0; Row < 9; ++Row)
    {
        Probe[3 * Row] += Pi * Color.R * Basis[Row]; // all of its irradiance comes from one direction
        Probe[3 * Row + 1] += Pi * Color.G * Basis[Row];
        Probe[3 * Row + 2] += Pi * Color.B * Basis[Row];
    }
}

void LightProbe::AddLamp(const Vector& Towards, const LinearColor& Color)
{
    if (Luminance(Color) <= Luminance(KeyColor))
    {
        return Spread(Towards, Color);
    }
    if (Luminance(KeyColor) > 0)
    {
        Spread(KeyDirection, KeyColor);
    }
    KeyDirection = Towards;
    KeyColor = Color;
}

void LightProbe::Write(EngineSlot& State, double Exposure) const
{
    const double Ambient = Luminance({Probe[0], Probe[1], Probe[2]}) * Norms[0]; // mean radiance
    const double Level = Ambient + Luminance(KeyColor);
    const double Factor = Exposure > 0 ? Exposure : WhiteLevel / std::max(Level, 1e-9);
    for (int Index = 0; Index < 27; ++Index)
    {
        State.Probe[Index] = static_cast<float>(Factor * Probe[Index]);
    }
    State.KeyDirection[0] = static_cast<float>(KeyDirection.X);
    State.KeyDirection[1] = static_cast<float>(KeyDirection.Y);
    State.KeyDirection[2] = static_cast<float>(KeyDirection.Z);
    State.KeyColor[0] = static_cast<float>(Factor * KeyColor.R);
    State.KeyColor[1] = static_cast<float>(Factor * KeyColor.G);
    State.KeyColor[2] = static_cast<float>(Factor * KeyColor.B);
    State.Flags |= Level > 0 ? static_cast<std::uint32_t>(EngineFlags::HasLight) : 0u;
}
} // namespace RsaTalker
