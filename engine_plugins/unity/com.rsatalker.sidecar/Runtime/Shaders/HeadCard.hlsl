// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// Both eyes' pictures of a head, placed in the world: what sidecar/compositor.py computes, which is its measure. Whoever
// includes it defines UNITY_MATRIX_VP, _WorldSpaceCameraPos and the stereo macros of Unity.

#ifndef RSATALKER_HEAD_CARD_INCLUDED
#define RSATALKER_HEAD_CARD_INCLUDED

#define RSA_SOLID 0.5             // from this alpha on a fragment hides what is behind it
#define RSA_LEAST_ALPHA (1 / 255.0) // below it there is no fragment
#define RSA_BEHIND_M 0.0005       // the depth alone is drawn so much deeper, so that the colours after it pass its test

Texture2D<float4> _RsaColors; // premultiplied sRGB, not converted
Texture2D<float4> _RsaAlpha;  // of a JPEG, whose colours have none
Texture2D<float> _RsaDepths;  // metres along the camera's z; 0: nothing

float4x4 _RsaCameraFromWorld[2]; // of the camera that a layer was drawn for: x right, y down, z forward
float4x4 _RsaWorldFromCamera[2];
float4 _RsaTangents[2];          // left, right, down, up
float4 _RsaCardDepths;           // of each layer, metres
float4 _RsaLayout;               // width and height of a layer; columns and rows from a layer to the next
float4 _RsaSource;               // layers; whether there is depth; whether it is a JPEG; cells of the grid, 0: a card

struct RsaCorner
{
    float4 place : POSITION; // 0 to 1 over the picture, y down
    UNITY_VERTEX_INPUT_INSTANCE_ID
};

struct RsaFragment
{
    float4 clip : SV_POSITION;
    float3 pixel : TEXCOORD0; // column and row of the layer, the centre of the first is 0.5; depth of the surface
    nointerpolation uint layer : TEXCOORD1;
    UNITY_VERTEX_OUTPUT_STEREO
};

int2 RsaTexel(uint layer, int2 pixel)
{
    int row = _RsaSource.z > 0 ? int(_RsaLayout.y) - 1 - pixel.y : pixel.y; // Unity reads images bottom row first
    return int2(pixel.x, row) + int(layer) * int2(_RsaLayout.zw);
}

bool RsaIsInside(int2 pixel)
{
    return all(pixel >= 0) && all(pixel < int2(_RsaLayout.xy));
}

float RsaDepthAt(uint layer, int2 pixel)
{
    return RsaIsInside(pixel) ? _RsaDepths.Load(int3(RsaTexel(layer, pixel), 0)) : 0;
}

float4 RsaColorAt(uint layer, int2 pixel)
{
    if (!RsaIsInside(pixel))
    {
        return 0;
    }
    int3 texel = int3(RsaTexel(layer, pixel), 0);
    float4 color = _RsaColors.Load(texel);
    color.a = _RsaSource.z > 0 ? _RsaAlpha.Load(texel).r : color.a;
    return color;
}

// Between pixels, bilinear; nothing outside. Not by a sampler: layers lie side by side and must not mix.
float4 RsaSampled(uint layer, float2 place)
{
    float2 corner = floor(place - 0.5);
    float2 share = place - 0.5 - corner;
    int2 first = int2(corner);
    float4 upper = lerp(RsaColorAt(layer, first), RsaColorAt(layer, first + int2(1, 0)), share.x);
    float4 lower = lerp(RsaColorAt(layer, first + int2(0, 1)), RsaColorAt(layer, first + int2(1, 1)), share.x);
    return lerp(upper, lower, share.y);
}

// The depth of a corner of the grid: the mean of what is drawn within half a cell, or the card's.
float RsaCornerDepth(uint layer, float2 place)
{
    float card = _RsaCardDepths[layer];
    if (_RsaSource.w == 0)
    {
        return card;
    }
    float2 half_cell = _RsaLayout.xy / _RsaSource.w / 2;
    int2 first = int2(round(place - half_cell));
    int2 last = int2(round(place + half_cell));
    float sum = 0;
    float count = 0;
    for (int row = first.y; row < last.y; ++row)
    {
        for (int column = first.x; column < last.x; ++column)
        {
            float depth = RsaDepthAt(layer, int2(column, row));
            sum += depth;
            count += depth > 0 ? 1 : 0;
        }
    }
    return count > 0 ? sum / count : card;
}

float3 RsaUnprojected(uint layer, float2 place, float depth)
{
    float4 tangents = _RsaTangents[layer];
    float2 share = place / _RsaLayout.xy;
    float2 ray = float2(-tangents.x + (tangents.x + tangents.y) * share.x, -tangents.w + (tangents.z + tangents.w) * share.y);
    return mul(_RsaWorldFromCamera[layer], float4(ray * depth, depth, 1)).xyz;
}

// Which eye looks: its number where one pass draws both; otherwise the eye of the picture that is nearer to the camera.
uint RsaLayer()
{
    if (_RsaSource.x < 2)
    {
        return 0;
    }
#if defined(UNITY_STEREO_INSTANCING_ENABLED) || defined(UNITY_STEREO_MULTIVIEW_ENABLED)
    return unity_StereoEyeIndex;
#else
    float3 left = mul(_RsaWorldFromCamera[0], float4(0, 0, 0, 1)).xyz;
    float3 right = mul(_RsaWorldFromCamera[1], float4(0, 0, 0, 1)).xyz;
    return distance(_WorldSpaceCameraPos, right) < distance(_WorldSpaceCameraPos, left) ? 1 : 0;
#endif
}

RsaFragment RsaVertex(RsaCorner corner)
{
    RsaFragment fragment;
    UNITY_SETUP_INSTANCE_ID(corner);
    UNITY_INITIALIZE_VERTEX_OUTPUT_STEREO(fragment);
    uint layer = RsaLayer();
    float2 place = corner.place.xy * _RsaLayout.xy;
    float depth = RsaCornerDepth(layer, place);
    fragment.clip = mul(UNITY_MATRIX_VP, float4(RsaUnprojected(layer, place, depth), 1));
    fragment.pixel = float3(place, depth);
    fragment.layer = layer;
    return fragment;
}

// The depth that the frame has there, as the depth buffer counts; nothing is left of what is not drawn.
float RsaBufferDepth(RsaFragment fragment, float behind)
{
    float depth = fragment.pixel.z;
    if (_RsaSource.y > 0 && _RsaSource.w == 0)
    {
        depth = RsaDepthAt(fragment.layer, int2(floor(fragment.pixel.xy)));
        clip(depth - 1e-6);
    }
    float4 place = mul(UNITY_MATRIX_VP, float4(RsaUnprojected(fragment.layer, fragment.pixel.xy, depth + behind), 1));
#if defined(SHADER_API_GLCORE) || defined(SHADER_API_GLES3)
    return 0.5 + 0.5 * place.z / place.w;
#else
    return place.z / place.w;
#endif
}

float3 RsaLinear(float3 srgb)
{
    float3 above = pow((srgb + 0.055) / 1.055, 2.4);
    return lerp(above, srgb / 12.92, step(srgb, 0.04045));
}

float4 RsaColorPass(RsaFragment fragment, out float depth : SV_Depth) : SV_Target
{
    UNITY_SETUP_STEREO_EYE_INDEX_POST_VERTEX(fragment);
    float4 color = RsaSampled(fragment.layer, fragment.pixel.xy);
    clip(color.a - RSA_LEAST_ALPHA);
    depth = RsaBufferDepth(fragment, 0);
#if !defined(UNITY_COLORSPACE_GAMMA)
    color.rgb = RsaLinear(saturate(color.rgb / color.a)) * color.a;
#endif
    return color;
}

float4 RsaDepthPass(RsaFragment fragment, out float depth : SV_Depth) : SV_Target
{
    UNITY_SETUP_STEREO_EYE_INDEX_POST_VERTEX(fragment);
    clip(RsaSampled(fragment.layer, fragment.pixel.xy).a - RSA_SOLID);
    depth = RsaBufferDepth(fragment, RSA_BEHIND_M);
    return 0;
}

#endif
