// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "UnrealSpace.h"

namespace RsaTalker
{
namespace
{
constexpr double MetresPerUnit = 0.01;
constexpr float FarM = 1000; // what a projection without a far plane says
} // namespace

Vector DirectionFromUnreal(const Vector& Unreal)
{
    return {-Unreal.Y, Unreal.Z, Unreal.X};
}

Vector DirectionToUnreal(const Vector& Ours)
{
    return {Ours.Z, -Ours.X, Ours.Y};
}

Vector PointFromUnreal(const Vector& Centimetres)
{
    return DirectionFromUnreal(
        {Centimetres.X * MetresPerUnit, Centimetres.Y * MetresPerUnit, Centimetres.Z * MetresPerUnit});
}

Vector PointToUnreal(const Vector& Metres)
{
    return DirectionToUnreal({Metres.X / MetresPerUnit, Metres.Y / MetresPerUnit, Metres.Z / MetresPerUnit});
}

void QuaternionFromUnreal(const double (&Unreal)[4], double (&Ours)[4])
{
    // The map is a reflection: an axis of rotation turns round when it goes through it.
    const Vector Axis = DirectionFromUnreal({Unreal[0], Unreal[1], Unreal[2]});
    Ours[0] = -Axis.X;
    Ours[1] = -Axis.Y;
    Ours[2] = -Axis.Z;
    Ours[3] = Unreal[3];
}

void HeadFromUnreal(const Vector& Centimetres, const double (&Quaternion)[4], float (&WorldFromHead)[16])
{
    double Q[4];
    QuaternionFromUnreal(Quaternion, Q);
    const Vector Place = PointFromUnreal(Centimetres);
    const double X = Q[0], Y = Q[1], Z = Q[2], W = Q[3];
    const double Rows[16] = {
        1 - 2 * (Y * Y + Z * Z),
        2 * (X * Y - Z * W),
        2 * (X * Z + Y * W),
        Place.X, //
        2 * (X * Y + Z * W),
        1 - 2 * (X * X + Z * Z),
        2 * (Y * Z - X * W),
        Place.Y, //
        2 * (X * Z - Y * W),
        2 * (Y * Z + X * W),
        1 - 2 * (X * X + Y * Y),
        Place.Z, //
        0,
        0,
        0,
        1,
    };
    for (int Index = 0; Index < 16; ++Index)
    {
        WorldFromHead[Index] = static_cast<float>(Rows[Index]);
    }
}

void EyeFromUnreal(const double (&ViewMatrix)[16], const double (&Projection)[16], View& Eye)
{
    Eye = View();
    for (int Row = 0; Row < 3; ++Row) // x right, y down, z forward of the camera
    {
        const double Sign = Row == 1 ? -1 : 1; // Unreal's view has y up
        const Vector Axis = DirectionFromUnreal({ViewMatrix[Row], ViewMatrix[4 + Row], ViewMatrix[8 + Row]});
        Eye.CameraFromWorld[4 * Row] = static_cast<float>(Sign * Axis.X);
        Eye.CameraFromWorld[4 * Row + 1] = static_cast<float>(Sign * Axis.Y);
        Eye.CameraFromWorld[4 * Row + 2] = static_cast<float>(Sign * Axis.Z);
        Eye.CameraFromWorld[4 * Row + 3] = static_cast<float>(Sign * ViewMatrix[12 + Row] * MetresPerUnit);
    }
    Eye.CameraFromWorld[15] = 1;
    // Across the screen, -1 to 1 is x / z * Projection[0] + Projection[8]; up the screen, likewise.
    Eye.Tangents[0] = static_cast<float>((1 + Projection[8]) / Projection[0]);
    Eye.Tangents[1] = static_cast<float>((1 - Projection[8]) / Projection[0]);
    Eye.Tangents[2] = static_cast<float>((1 + Projection[9]) / Projection[5]);
    Eye.Tangents[3] = static_cast<float>((1 - Projection[9]) / Projection[5]);
    // Depth is 1 at the near plane and 0 at the far one: Projection[10] + Projection[14] / z.
    Eye.NearM = static_cast<float>(Projection[14] / (1 - Projection[10]) * MetresPerUnit);
    const bool HasFar = Projection[10] < 0;
    Eye.FarM = HasFar ? static_cast<float>(-Projection[14] / Projection[10] * MetresPerUnit) : FarM;
}

Vector TowardsLight(const Vector& UnrealTravel)
{
    return DirectionFromUnreal({-UnrealTravel.X, -UnrealTravel.Y, -UnrealTravel.Z});
}
} // namespace RsaTalker
