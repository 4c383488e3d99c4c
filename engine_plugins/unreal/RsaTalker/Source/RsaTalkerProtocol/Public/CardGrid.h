// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <vector>

#include "FrameRingReader.h"
#include "ProtocolApi.h"
#include "UnrealSpace.h"

namespace RsaTalker
{
// The surface that a layer of a frame is put on, seen from the camera that it was drawn for; sidecar/compositor.py is
// its measure. Hand the same object to every build: its memory is reused. One thread.
struct CardGrid
{
    struct Corner
    {
        Vector Place; // our world, metres
        float U = 0;  // of the layer, 0 left to 1 right
        float V = 0;  // 0 top to 1 bottom
    };

    int Cells = 0;
    std::vector<Corner> Corners; // (Cells + 1)^2, row after row from the top
    std::vector<float> Sums;     // scratch, of each corner and of each column of pixels
    std::vector<std::uint32_t> Counts;
    std::vector<float> LineSums;
    std::vector<std::uint32_t> LineCounts;
};

// Cells along each side: 8 pixels of a frame of 512, a fifth of a head's features.
inline constexpr int GridCells = 64;

// The grid that stands at the depths of a layer. Each corner has the mean depth of what is drawn within half a cell of
// it, or the card's where nothing is. A frame without depth makes the flat card.
RSATALKERPROTOCOL_API void BuildGrid(const Frame& Source, std::uint32_t Layer, int Cells, CardGrid& Result);

// The depth of the head's anchor before the layer's camera, metres: where the flat card stands.
RSATALKERPROTOCOL_API double CardDepthM(const FrameSlot& Header, std::uint32_t Layer);

// Two triangles a cell, front sides towards the camera in Unreal's left-handed space; Cells^2 * 6 indices.
RSATALKERPROTOCOL_API void AppendGridTriangles(int Cells, std::int32_t FirstCorner, std::vector<std::int32_t>& Indices);
} // namespace RsaTalker
