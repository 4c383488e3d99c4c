// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Vectors, rotations and matrices with Unreal's conventions: left-handed, z up, matrices multiply row vectors.

#pragma once

#include "Text.h"

struct FVector
{
    double X = 0;
    double Y = 0;
    double Z = 0;

    FVector() = default;

    FVector(double InX, double InY, double InZ) : X(InX), Y(InY), Z(InZ)
    {
    }

    double Size() const
    {
        return std::sqrt(X * X + Y * Y + Z * Z);
    }

    static double DotProduct(const FVector& A, const FVector& B)
    {
        return A.X * B.X + A.Y * B.Y + A.Z * B.Z;
    }

    static const FVector ZeroVector;
};

inline const FVector FVector::ZeroVector{};

inline FVector operator+(const FVector& A, const FVector& B)
{
    return {A.X + B.X, A.Y + B.Y, A.Z + B.Z};
}

inline FVector operator-(const FVector& A, const FVector& B)
{
    return {A.X - B.X, A.Y - B.Y, A.Z - B.Z};
}

inline FVector operator*(const FVector& A, double Factor)
{
    return {A.X * Factor, A.Y * Factor, A.Z * Factor};
}

inline FVector operator/(const FVector& A, double Divisor)
{
    return A * (1 / Divisor);
}

struct FVector2D
{
    double X = 0;
    double Y = 0;

    FVector2D() = default;

    FVector2D(double InX, double InY) : X(InX), Y(InY)
    {
    }
};

struct FQuat
{
    double X = 0;
    double Y = 0;
    double Z = 0;
    double W = 1;

    FVector Rotate(const FVector& V) const
    {
        const FVector T{2 * (Y * V.Z - Z * V.Y), 2 * (Z * V.X - X * V.Z), 2 * (X * V.Y - Y * V.X)};
        return {V.X + W * T.X + Y * T.Z - Z * T.Y, V.Y + W * T.Y + Z * T.X - X * T.Z,
                V.Z + W * T.Z + X * T.Y - Y * T.X};
    }

    friend FQuat operator*(const FQuat& A, const FQuat& B)
    {
        return {A.W * B.X + A.X * B.W + A.Y * B.Z - A.Z * B.Y, A.W * B.Y - A.X * B.Z + A.Y * B.W + A.Z * B.X,
                A.W * B.Z + A.X * B.Y - A.Y * B.X + A.Z * B.W, A.W * B.W - A.X * B.X - A.Y * B.Y - A.Z * B.Z};
    }
};

struct FRotator
{
    FRotator(double InPitch, double InYaw, double InRoll) : Pitch(InPitch), Yaw(InYaw), Roll(InRoll)
    {
    }

    FQuat Quaternion() const
    {
        const auto Half = [](double Degrees) { return FMath::DegreesToRadians(Degrees) / 2; };
        const FQuat AboutZ{0, 0, std::sin(Half(Yaw)), std::cos(Half(Yaw))};
        const FQuat AboutY{0, -std::sin(Half(Pitch)), 0, std::cos(Half(Pitch))};
        const FQuat AboutX{-std::sin(Half(Roll)), 0, 0, std::cos(Half(Roll))};
        return AboutZ * AboutY * AboutX;
    }

    double Pitch;
    double Yaw;
    double Roll;
};

struct FMatrix
{
    double M[4][4] = {};

    friend FMatrix operator*(const FMatrix& A, const FMatrix& B)
    {
        FMatrix Result;
        for (int Index = 0; Index < 64; ++Index)
        {
            Result.M[Index / 16][Index / 4 % 4] += A.M[Index / 16][Index % 4] * B.M[Index % 4][Index / 4 % 4];
        }
        return Result;
    }
};

struct FTranslationMatrix : FMatrix
{
    explicit FTranslationMatrix(const FVector& Shift)
    {
        M[0][0] = M[1][1] = M[2][2] = M[3][3] = 1;
        M[3][0] = Shift.X;
        M[3][1] = Shift.Y;
        M[3][2] = Shift.Z;
    }
};

struct FColor
{
    uint8 R = 0, G = 0, B = 0, A = 0;
};

struct FLinearColor
{
    float R = 0, G = 0, B = 0, A = 1;

    float GetLuminance() const
    {
        return 0.3f * R + 0.59f * G + 0.11f * B;
    }
};
