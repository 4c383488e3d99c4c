// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// As much of HLSL in C++ as Runtime/Shaders/HeadCard.hlsl uses, so that its very text runs on a processor. The test
// writes swizzles as calls first (`a.xy` becomes `a.xy()`), and takes semantics out.

#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#define nointerpolation
using uint = uint32_t;

struct float2
{
    float x = 0, y = 0;
    float2() = default;
    float2(double value) : x(float(value)), y(float(value))
    {
    }
    float2(float x, float y) : x(x), y(y)
    {
    }
    float2 xy() const
    {
        return *this;
    }
};

struct float3
{
    float x = 0, y = 0, z = 0;
    float3() = default;
    float3(double value) : x(float(value)), y(float(value)), z(float(value))
    {
    }
    float3(float x, float y, float z) : x(x), y(y), z(z)
    {
    }
    float3(float2 xy, float z) : x(xy.x), y(xy.y), z(z)
    {
    }
    float2 xy() const
    {
        return {x, y};
    }
};

struct float4
{
    float x = 0, y = 0, z = 0, w = 0;
    float& r = x;
    float& a = w;
    float4() = default;
    float4(const float4& other) : x(other.x), y(other.y), z(other.z), w(other.w)
    {
    }
    float4(double value) : x(float(value)), y(float(value)), z(float(value)), w(float(value))
    {
    }
    float4(float x, float y, float z, float w) : x(x), y(y), z(z), w(w)
    {
    }
    float4(float2 xy, float z, float w) : x(xy.x), y(xy.y), z(z), w(w)
    {
    }
    float4(float3 xyz, float w) : x(xyz.x), y(xyz.y), z(xyz.z), w(w)
    {
    }
    float4& operator=(const float4& other)
    {
        x = other.x, y = other.y, z = other.z, w = other.w;
        return *this;
    }
    float2 xy() const
    {
        return {x, y};
    }
    float operator[](uint index) const
    {
        return index == 0 ? x : index == 1 ? y : index == 2 ? z : w;
    }
    float2 zw() const
    {
        return {z, w};
    }
    float3 xyz() const
    {
        return {x, y, z};
    }
    float3 rgb() const
    {
        return {x, y, z};
    }
    void rgb(float3 color)
    {
        x = color.x, y = color.y, z = color.z;
    }
};

struct int2
{
    int x = 0, y = 0;
    int2() = default;
    int2(int value) : x(value), y(value)
    {
    }
    int2(int x, int y) : x(x), y(y)
    {
    }
    int2(float2 value) : x(int(value.x)), y(int(value.y))
    {
    }
};

struct int3
{
    int x = 0, y = 0, z = 0;
    int3(int2 xy, int z) : x(xy.x), y(xy.y), z(z)
    {
    }
};

struct bool2
{
    bool x, y;
};

struct float4x4
{
    float m[16] = {};
};

#define RSA_OPERATOR(op)                                                                                               \
    inline float2 operator op(float2 a, float2 b)                                                                      \
    {                                                                                                                  \
        return {a.x op b.x, a.y op b.y};                                                                               \
    }                                                                                                                  \
    inline float3 operator op(float3 a, float3 b)                                                                      \
    {                                                                                                                  \
        return {a.x op b.x, a.y op b.y, a.z op b.z};                                                                   \
    }                                                                                                                  \
    inline float4 operator op(float4 a, float4 b)                                                                      \
    {                                                                                                                  \
        return {a.x op b.x, a.y op b.y, a.z op b.z, a.w op b.w};                                                       \
    }
RSA_OPERATOR(+)
RSA_OPERATOR(-)
RSA_OPERATOR(*)
RSA_OPERATOR(/)
inline int2 operator+(int2 a, int2 b)
{
    return {a.x + b.x, a.y + b.y};
}
inline int2 operator*(int a, int2 b)
{
    return {a * b.x, a * b.y};
}
inline bool2 operator>=(int2 a, int2 b)
{
    return {a.x >= b.x, a.y >= b.y};
}
inline bool2 operator<(int2 a, int2 b)
{
    return {a.x < b.x, a.y < b.y};
}
inline bool all(bool2 value)
{
    return value.x && value.y;
}

inline float4 mul(const float4x4& m, float4 v)
{
    float out[4];
    for (int row = 0; row < 4; ++row)
    {
        const float* line = m.m + 4 * row;
        out[row] = line[0] * v.x + line[1] * v.y + line[2] * v.z + line[3] * v.w;
    }
    return {out[0], out[1], out[2], out[3]};
}

inline float2 floor(float2 v)
{
    return {std::floor(v.x), std::floor(v.y)};
}
inline float2 round(float2 v)
{
    return {std::nearbyint(v.x), std::nearbyint(v.y)};
}
inline float4 lerp(float4 a, float4 b, float s)
{
    return a + (b - a) * float4(s);
}
inline float3 lerp(float3 a, float3 b, float3 s)
{
    return a + (b - a) * s;
}
inline float step1(double edge, double x)
{
    return x >= edge ? 1.0f : 0.0f;
}
inline float3 step(float3 edge, float3 x)
{
    return {step1(edge.x, x.x), step1(edge.y, x.y), step1(edge.z, x.z)};
}
inline float clamp1(float v)
{
    return std::fmin(std::fmax(v, 0.0f), 1.0f);
}
inline float3 saturate(float3 v)
{
    return {clamp1(v.x), clamp1(v.y), clamp1(v.z)};
}
inline float3 pow(float3 v, double e)
{
    return {float(std::pow(v.x, e)), float(std::pow(v.y, e)), float(std::pow(v.z, e))};
}
inline float distance(float3 a, float3 b)
{
    return std::hypot(a.x - b.x, a.y - b.y, a.z - b.z);
}

inline bool isDiscarded = false;
inline void clip(double value)
{
    isDiscarded = isDiscarded || value < 0;
}

template <typename T> struct Texture2D
{
    int width = 0;
    std::vector<T> texels;
    T Load(int3 at) const
    {
        return texels[size_t(at.y) * size_t(width) + size_t(at.x)];
    }
};
