// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// A graphics card of a few lines: draws a head's card with the package's own shader. Reads a scene on stdin as float32:
//   layers, width, height of a layer, cells, width and height of the picture, number of the eye (for a shader that
//   draws both in one pass), 16 of UNITY_MATRIX_VP, 3 of the eye's place (for one that draws them in two); 16 + 16 + 4
//   + 1 for each layer: camera from world, world from camera, tangents, depth of the card; colours (0 to 1) and depths,
//   layer after layer. Writes the picture's colours, then its depth buffer (1: empty).

#include "hlsl.h"

#include "shader.h" // made from HeadCard.hlsl by the test

#include <cstdio>
#include <cstdlib>

static float Next()
{
    float value = 0;
    if (std::fread(&value, sizeof value, 1, stdin) != 1)
    {
        std::exit(1);
    }
    return value;
}

template <size_t Count> static void Fill(float (&values)[Count])
{
    for (float& value : values)
    {
        value = Next();
    }
}

struct Picture
{
    int Width, Height;
    std::vector<float4> Colors;
    std::vector<float> Depths;
};

static void DrawTriangle(const RsaFragment (&corners)[3], bool isDepthPass, Picture& picture)
{
    float x[3], y[3], oneByW[3];
    for (int i = 0; i < 3; ++i)
    {
        const float4& clip = corners[i].clip;
        oneByW[i] = 1 / clip.w;
        x[i] = (clip.x * oneByW[i] + 1) / 2 * float(picture.Width);
        y[i] = (1 - clip.y * oneByW[i]) / 2 * float(picture.Height);
    }
    const float area = (x[1] - x[0]) * (y[2] - y[0]) - (y[1] - y[0]) * (x[2] - x[0]);
    for (int row = 0; row < picture.Height; ++row)
    {
        for (int column = 0; column < picture.Width; ++column)
        {
            const float px = float(column) + 0.5f, py = float(row) + 0.5f;
            float share[3];
            share[1] = ((px - x[0]) * (y[2] - y[0]) - (py - y[0]) * (x[2] - x[0])) / area;
            share[2] = ((x[1] - x[0]) * (py - y[0]) - (y[1] - y[0]) * (px - x[0])) / area;
            share[0] = 1 - share[1] - share[2];
            // A pixel on a shared edge belongs to one of the two: the same rule for every triangle of the mesh.
            if (!(share[0] >= 0 && share[1] >= 0 && share[2] >= 0))
            {
                continue;
            }
            float sum = 0;
            for (int i = 0; i < 3; ++i)
            {
                share[i] *= oneByW[i];
                sum += share[i];
            }
            RsaFragment fragment = corners[0];
            fragment.pixel = float3(0);
            for (int i = 0; i < 3; ++i)
            {
                fragment.pixel = fragment.pixel + corners[i].pixel * float3(share[i] / sum);
            }
            float depth = 0;
            isDiscarded = false;
            const float4 color = isDepthPass ? RsaDepthPass(fragment, depth) : RsaColorPass(fragment, depth);
            const size_t at = size_t(row) * size_t(picture.Width) + size_t(column);
            if (isDiscarded || depth > picture.Depths[at])
            {
                continue;
            }
            if (isDepthPass)
            {
                picture.Depths[at] = depth;
            }
            else
            {
                picture.Colors[at] = color + picture.Colors[at] * float4(1 - color.a);
            }
        }
    }
}

static void Draw(int cells, [[maybe_unused]] unsigned eye, bool isDepthPass, Picture& picture)
{
    std::vector<RsaFragment> corners;
    for (int row = 0; row <= cells; ++row)
    {
        for (int column = 0; column <= cells; ++column)
        {
            RsaCorner corner;
#ifdef UNITY_STEREO_INSTANCING_ENABLED
            corner.instanceID = eye;
#endif
            corner.place = float4(float(column) / float(cells), float(row) / float(cells), 0, 1);
            corners.push_back(RsaVertex(corner));
        }
    }
    for (int cell = 0; cell < cells * cells; ++cell)
    {
        const int first = cell / cells * (cells + 1) + cell % cells, below = first + cells + 1;
        const int triangles[2][3] = {{first, first + 1, below}, {first + 1, below + 1, below}};
        for (const auto& one : triangles)
        {
            DrawTriangle({corners[size_t(one[0])], corners[size_t(one[1])], corners[size_t(one[2])]}, isDepthPass,
                         picture);
        }
    }
}

int main()
{
    const int layers = int(Next()), width = int(Next()), height = int(Next()), cells = int(Next());
    Picture picture{int(Next()), int(Next()), {}, {}};
    const unsigned eye = unsigned(Next());
    Fill(UNITY_MATRIX_VP.m);
    _WorldSpaceCameraPos = float3(Next(), 0, 0);
    _WorldSpaceCameraPos.y = Next();
    _WorldSpaceCameraPos.z = Next();
    float cardDepths[2] = {};
    for (int layer = 0; layer < layers; ++layer)
    {
        Fill(_RsaCameraFromWorld[layer].m);
        Fill(_RsaWorldFromCamera[layer].m);
        float tangents[4];
        Fill(tangents);
        _RsaTangents[layer] = float4(tangents[0], tangents[1], tangents[2], tangents[3]);
        cardDepths[layer] = Next();
    }
    _RsaCardDepths = float4(cardDepths[0], cardDepths[1], 0, 0);
    _RsaLayout = float4(float(width), float(height), 0, float(height));
    _RsaSource = float4(float(layers), 1, 0, cells > 1 ? float(cells) : 0);
    _RsaColors.width = _RsaDepths.width = width;
    for (int pixel = 0; pixel < layers * width * height; ++pixel)
    {
        float color[4];
        Fill(color);
        _RsaColors.texels.push_back(float4(color[0], color[1], color[2], color[3]));
    }
    for (int pixel = 0; pixel < layers * width * height; ++pixel)
    {
        _RsaDepths.texels.push_back(Next());
    }
    picture.Colors.resize(size_t(picture.Width * picture.Height));
    picture.Depths.resize(picture.Colors.size(), 1);
    Draw(cells, eye, true, picture);
    Draw(cells, eye, false, picture);
    for (const float4& color : picture.Colors)
    {
        const float values[4] = {color.x, color.y, color.z, color.w};
        std::fwrite(values, sizeof values, 1, stdout);
    }
    std::fwrite(picture.Depths.data(), sizeof(float), picture.Depths.size(), stdout);
    return 0;
}
