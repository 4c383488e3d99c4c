// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "LiveLinkCurves.h"

#include <algorithm>
#include <cmath>

namespace RsaTalker
{
namespace
{
struct Matrix3
{
    double M[3][3];
};

// Rodrigues' formula.
Matrix3 Rotation(const float* AxisAngle)
{
    const double X = AxisAngle[0], Y = AxisAngle[1], Z = AxisAngle[2];
    const double Angle = std::sqrt(X * X + Y * Y + Z * Z);
    const double Sine = Angle > 1e-8 ? std::sin(Angle) / Angle : 1;
    const double Rest = Angle > 1e-8 ? (1 - std::cos(Angle)) / (Angle * Angle) : 0.5;
    return {{{1 - Rest * (Y * Y + Z * Z), Rest * X * Y - Sine * Z, Rest * X * Z + Sine * Y},
             {Rest * X * Y + Sine * Z, 1 - Rest * (X * X + Z * Z), Rest * Y * Z - Sine * X},
             {Rest * X * Z - Sine * Y, Rest * Y * Z + Sine * X, 1 - Rest * (X * X + Y * Y)}}};
}

Matrix3 Product(const Matrix3& A, const Matrix3& B)
{
    Matrix3 Result{};
    for (int Index = 0; Index < 27; ++Index)
    {
        const int Row = Index / 9, Column = Index / 3 % 3, Inner = Index % 3;
        Result.M[Row][Column] += A.M[Row][Inner] * B.M[Inner][Column];
    }
    return Result;
}

// Turned about y, then the turned x, then the turned z.
void WriteAngles(const Matrix3& R, float* YawPitchRoll)
{
    YawPitchRoll[0] = static_cast<float>(std::atan2(R.M[0][2], R.M[2][2]));
    YawPitchRoll[1] = static_cast<float>(std::asin(std::clamp(-R.M[1][2], -1.0, 1.0)));
    YawPitchRoll[2] = static_cast<float>(std::atan2(R.M[1][0], R.M[1][1]));
}
} // namespace

void LiveLinkValues(const Pose& From, float (&Values)[LiveLinkCount])
{
    std::copy(From.Arkit, From.Arkit + ArkitCount, Values);
    WriteAngles(Product(Rotation(From.GlobalOrient), Rotation(From.NeckPose)), Values + ArkitCount);
    WriteAngles(Rotation(From.EyePose), Values + ArkitCount + 3);
    WriteAngles(Rotation(From.EyePose + 3), Values + ArkitCount + 6);
}
} // namespace RsaTalker
