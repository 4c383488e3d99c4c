// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnityEngine;
using UnityEngine.Rendering;

namespace RsaTalker.Sidecar
{
    /// <summary>A square of cells whose corners carry only their place in the picture; the shader puts them into the world.</summary>
    internal static class CardMesh
    {
        /// <summary>Cells along each side of the grid, as sidecar/compositor.py has it; a card is one cell.</summary>
        public const int GridCells = 64;

        public static Mesh Make(int cells)
        {
            var corners = new Vector3[(cells + 1) * (cells + 1)];
            for (var row = 0; row <= cells; ++row)
            {
                for (var column = 0; column <= cells; ++column)
                {
                    corners[row * (cells + 1) + column] = new Vector3(column / (float)cells, row / (float)cells, 0);
                }
            }
            var triangles = new int[6 * cells * cells];
            for (var cell = 0; cell < cells * cells; ++cell)
            {
                var first = cell / cells * (cells + 1) + cell % cells;
                var below = first + cells + 1;
                triangles[6 * cell] = first;
                triangles[6 * cell + 1] = first + 1;
                triangles[6 * cell + 2] = below;
                triangles[6 * cell + 3] = first + 1;
                triangles[6 * cell + 4] = below + 1;
                triangles[6 * cell + 5] = below;
            }
            var mesh = new Mesh { name = "RSATalker card", hideFlags = HideFlags.HideAndDontSave };
            mesh.indexFormat = IndexFormat.UInt16; // 65 x 65 corners
            mesh.vertices = corners;
            mesh.triangles = triangles;
            mesh.UploadMeshData(true);
            return mesh;
        }
    }
}
