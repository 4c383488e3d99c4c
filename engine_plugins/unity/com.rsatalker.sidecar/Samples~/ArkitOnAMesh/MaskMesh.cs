// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>
    /// A mask with some of ARKit's blend shapes, so that the sample moves before you have a character: an egg's front of 24 x
    /// 32 cells, 20 cm high, with lids, brows and a mouth that are pushed about.
    /// </summary>
    public static class MaskMesh
    {
        private const int Columns = 24;
        private const int Rows = 32;

        /// <summary>Makes the mesh, looking along z, so that its left is at negative x.</summary>
        public static Mesh Make()
        {
            var mesh = new Mesh { name = "Mask", vertices = Each(Place), triangles = Triangles() };
            Add(mesh, "jawOpen", at => new Vector3(0, -0.035f * Mathf.Clamp01(-3 * (at.y + 0.02f) / 0.1f), 0));
            Add(mesh, "mouthSmileLeft", at => Pull(at, -0.03f, -0.045f, 0.03f, new Vector3(-0.008f, 0.012f, 0)));
            Add(mesh, "mouthSmileRight", at => Pull(at, 0.03f, -0.045f, 0.03f, new Vector3(0.008f, 0.012f, 0)));
            Add(mesh, "eyeBlinkLeft", at => Pull(at, -0.032f, 0.035f, 0.016f, new Vector3(0, -0.01f, -0.012f)));
            Add(mesh, "eyeBlinkRight", at => Pull(at, 0.032f, 0.035f, 0.016f, new Vector3(0, -0.01f, -0.012f)));
            Add(mesh, "browInnerUp", at => Pull(at, 0, 0.06f, 0.03f, new Vector3(0, 0.012f, 0)));
            mesh.RecalculateNormals();
            mesh.RecalculateBounds();
            return mesh;
        }

        private static void Add(Mesh mesh, string name, Func<Vector3, Vector3> shift)
        {
            var shifts = Array.ConvertAll(mesh.vertices, at => shift(at));
            mesh.AddBlendShapeFrame(name, 100, shifts, null, null);
        }

        // Moves what is near a place of the face, less the farther it is.
        private static Vector3 Pull(Vector3 at, float x, float y, float radius, Vector3 shift)
        {
            var square = ((at.x - x) * (at.x - x) + (at.y - y) * (at.y - y)) / (radius * radius);
            return shift * Mathf.Exp(-square);
        }

        private static Vector3 Place(int column, int row)
        {
            var across = (column / (float)Columns - 0.5f) * Mathf.PI;
            var up = (row / (float)Rows - 0.5f) * 0.9f * Mathf.PI;
            return new Vector3(0.075f * Mathf.Sin(across) * Mathf.Cos(up), 0.1f * Mathf.Sin(up), 0.08f * Mathf.Cos(across) * Mathf.Cos(up));
        }

        private static Vector3[] Each(Func<int, int, Vector3> place)
        {
            var places = new Vector3[(Columns + 1) * (Rows + 1)];
            for (var index = 0; index < places.Length; ++index)
            {
                places[index] = place(index % (Columns + 1), index / (Columns + 1));
            }
            return places;
        }

        // Clockwise as seen from the front: Unity's outside.
        private static int[] Triangles()
        {
            var corners = new int[6 * Columns * Rows];
            for (var cell = 0; cell < Columns * Rows; ++cell)
            {
                var low = cell / Columns * (Columns + 1) + cell % Columns;
                var high = low + Columns + 1;
                new[] { low, low + 1, high + 1, low, high + 1, high }.CopyTo(corners, 6 * cell);
            }
            return corners;
        }
    }
}
