// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "FrameRingLayout.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
// From Unreal's axes and units to the protocol's, and back; proto/vectors/coordinates.json pins them. Any thread.
//
// Unreal: left-handed, x forward, y right, z up, centimetres; matrices multiply row vectors. Ours: right-handed, y up,
// metres; a head looks along +z and its left is +x; cameras look along +z with y down; matrices multiply columns.
struct Vector
{
    double X = 0;
    double Y = 0;
    double Z = 0;
};

RSATALKERPROTOCOL_API Vector DirectionFromUnreal(const Vector& Unreal);
RSATALKERPROTOCOL_API Vector DirectionToUnreal(const Vector& Ours);
RSATALKERPROTOCOL_API Vector PointFromUnreal(const Vector& Centimetres);
RSATALKERPROTOCOL_API Vector PointToUnreal(const Vector& Metres);

// A rotation as x, y, z, w.
RSATALKERPROTOCOL_API void QuaternionFromUnreal(const double (&Unreal)[4], double (&Ours)[4]);

// Where a head stands that looks along x of a scene component; no scale.
RSATALKERPROTOCOL_API void HeadFromUnreal(const Vector& Centimetres, const double (&Quaternion)[4],
                                          float (&WorldFromHead)[16]);

// An eye, of a view matrix (translation in the last row) and a perspective projection with reversed depth, row-major.
RSATALKERPROTOCOL_API void EyeFromUnreal(const double (&ViewMatrix)[16], const double (&Projection)[16], View& Eye);

// Towards a light that shines along a direction.
RSATALKERPROTOCOL_API Vector TowardsLight(const Vector& UnrealTravel);
} // namespace RsaTalker
