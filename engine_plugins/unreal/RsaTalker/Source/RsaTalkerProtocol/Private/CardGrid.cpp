// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "CardGrid.h"

#include <algorithm>
#include <cmath>

namespace RsaTalker
{
namespace
{
// Which corner's surroundings each pixel of a line belongs to: within half a cell of it, as Python's compositor rounds.
void FirstPixels(std::uint32_t Pixels, int Cells, std::vector<std::uint32_t>& Firsts)
{
    const double Half = static_cast<double>(Pixels) / Cells / 2;
    Firsts.resize(static_cast<std::size_t>(Cells) + 2);
    for (int Corner = 0; Corner <= Cells; ++Corner)
    {
        const double Edge = static_cast<double>(Pixels) * Corner / Cells;
        Firsts[static_cast<std::size_t>(Corner)] =
            static_cast<std::uint32_t>(std::max(std::nearbyint(Edge - Half), 0.0));
    }
    Firsts.back() = Pixels;
}

// Sums of the depths around each corner, and how many pixels are drawn there. Reads each pixel once.
void SumDepths(const Frame& Source, std::uint32_t Layer, int Cells, CardGrid& Result)
{
    const std::uint32_t Width = Source.Header.Width;
    const std::uint32_t Height = Source.Header.Height;
    const std::size_t Side = static_cast<std::size_t>(Cells) + 1;
    thread_local std::vector<std::uint32_t> Columns;
    thread_local std::vector<std::uint32_t> Rows;
    FirstPixels(Width, Cells, Columns);
    FirstPixels(Height, Cells, Rows);
    Result.Sums.assign(Side * Side, 0.0f);
    Result.Counts.assign(Side * Side, 0u);
    const float* Depths = Source.Depths.data() + static_cast<std::size_t>(Layer) * Width * Height;
    for (std::size_t Row = 0; Row < Side; ++Row)
    {
        Result.LineSums.assign(Width, 0.0f);
        Result.LineCounts.assign(Width, 0u);
        float* Sums = Result.LineSums.data();
        std::uint32_t* Counts = Result.LineCounts.data();
        for (std::uint32_t Y = Rows[Row]; Y < Rows[Row + 1]; ++Y) // columns do not depend on each other: vector code
        {
            const float* Line = Depths + static_cast<std::size_t>(Y) * Width;
            for (std::uint32_t X = 0; X < Width; ++X)
            {
                Sums[X] += Line[X];
                Counts[X] += Line[X] > 0 ? 1u : 0u;
            }
        }
        for (std::size_t Column = 0; Column < Side; ++Column)
        {
            for (std::uint32_t X = Columns[Column]; X < Columns[Column + 1]; ++X)
            {
                Result.Sums[Row * Side + Column] += Sums[X];
                Result.Counts[Row * Side + Column] += Counts[X];
            }
        }
    }
}

// The place that a point of a layer shows at a depth.
Vector Unprojected(const View& Eye, double U, double V, double Depth)
{
    const float* M = Eye.CameraFromWorld;
    const double X = Depth * (-Eye.Tangents[0] + (double{Eye.Tangents[0]} + Eye.Tangents[1]) * U) - M[3];
    const double Y = Depth * (-Eye.Tangents[3] + (double{Eye.Tangents[2]} + Eye.Tangents[3]) * V) - M[7];
    const double Z = Depth - M[11];
    return {X * M[0] + Y * M[4] + Z * M[8], X * M[1] + Y * M[5] + Z * M[9], X * M[2] + Y * M[6] + Z * M[10]};
}
} // namespace

double CardDepthM(const FrameSlot& Header, std::uint32_t Layer)
{
    const float* M = Header.Views[Layer].CameraFromWorld;
    const float* Head = Header.WorldFromHead;
    return double{M[8]} * Head[3] + double{M[9]} * Head[7] + double{M[10]} * Head[11] + M[11];
}

void BuildGrid(const Frame& Source, std::uint32_t Layer, int Cells, CardGrid& Result)
{
    const std::size_t Side = static_cast<std::size_t>(Cells) + 1;
    const double CardDepth = CardDepthM(Source.Header, Layer);
    const bool HasDepth = !Source.Depths.empty();
    if (HasDepth)
    {
        SumDepths(Source, Layer, Cells, Result);
    }
    const bool IsBottomUp = (Source.Header.Flags & static_cast<std::uint32_t>(FrameFlags::BottomUp)) != 0;
    Result.Cells = Cells;
    Result.Corners.resize(Side * Side);
    for (std::size_t Index = 0; Index < Side * Side; ++Index)
    {
        CardGrid::Corner& Corner = Result.Corners[Index];
        const bool IsDrawn = HasDepth && Result.Counts[Index] > 0;
        const double Depth = IsDrawn ? double{Result.Sums[Index]} / Result.Counts[Index] : CardDepth;
        Corner.U = static_cast<float>(Index % Side) / static_cast<float>(Cells);
        Corner.V = static_cast<float>(Index / Side) / static_cast<float>(Cells);
        const float FromTop = IsBottomUp ? 1 - Corner.V : Corner.V;
        Corner.Place = Unprojected(Source.Header.Views[Layer], double{Corner.U}, double{FromTop}, Depth);
    }
}

void AppendGridTriangles(int Cells, std::int32_t FirstCorner, std::vector<std::int32_t>& Indices)
{
    const std::int32_t Side = Cells + 1;
    for (std::int32_t Row = 0; Row < Cells; ++Row)
    {
        for (std::int32_t Column = 0; Column < Cells; ++Column)
        {
            const std::int32_t A = FirstCorner + Row * Side + Column;
            const std::int32_t B = A + 1;
            const std::int32_t C = A + Side;
            const std::int32_t D = C + 1;
            Indices.insert(Indices.end(), {A, C, B, B, C, D});
        }
    }
}
} // namespace RsaTalker
