// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Unity's space (left-handed, y up, metres, x to the right of who looks along z) and the protocol's (right-handed, y up,
    /// a head looks along z, its left is x): x changes its sign. Pinned by proto/vectors/coordinates.json. Any thread.
    /// </summary>
    public static class UnitySpace
    {
        private const float FarthestM = 1000; // of an endless frustum

        // Irradiance / pi of Unity's probes in terms of x, y, z, xy, ...; radiance in real spherical harmonics: the cosine
        // lobe's share of each band (Ramamoorthi and Hanrahan 2001: pi, 2 pi / 3, pi / 4) and the harmonics' own factors.
        private const float Band0 = 3.5449077f; // 1 / 0.28209479
        private const float Band1 = 3.0699801f; // 3 / (2 * 0.48860251)
        private const float Band2 = 3.6611010f; // 4 / 1.09254843
        private const float Band20 = 12.682426f; // 4 / 0.31539157
        private const float Band22 = 7.3222021f; // 4 / 0.54627422

        private static readonly float[] BandFactors =
            { Band0, Band1, Band1, Band1, Band2, Band2, Band20, Band2, Band22 };

        // Which harmonics are odd in x: Y11, Y2-2 (xy), Y21 (xz).
        private static readonly float[] Mirrored = { 1, 1, 1, -1, -1, 1, 1, -1, 1 };

        /// <summary>Writes where a head stands: its position and rotation in Unity. Its scale does not count.</summary>
        public static void SetHead(
            float[] matrix, int start, float x, float y, float z, float qx, float qy, float qz, float qw, float[] scratch)
        {
            Rigid.Set(scratch, qx, -qy, -qz, qw, -x, y, z);
            Array.Copy(scratch, 0, matrix, start, 16);
        }

        /// <summary>Writes an eye from Unity's view matrix (row-major; its camera looks along -z) and frustum.</summary>
        public static void SetView(View view, float[] viewMatrix, float[] projection)
        {
            for (var row = 0; row < 3; ++row)
            {
                var sign = row == 0 ? 1 : -1;
                view.CameraFromWorld[4 * row] = -sign * viewMatrix[4 * row];
                for (var column = 1; column < 4; ++column)
                {
                    view.CameraFromWorld[4 * row + column] = sign * viewMatrix[4 * row + column];
                }
            }
            view.CameraFromWorld[12] = view.CameraFromWorld[13] = view.CameraFromWorld[14] = 0;
            view.CameraFromWorld[15] = 1;
            view.Tangents[0] = (1 - projection[2]) / projection[0];
            view.Tangents[1] = (1 + projection[2]) / projection[0];
            view.Tangents[2] = (1 - projection[6]) / projection[5];
            view.Tangents[3] = (1 + projection[6]) / projection[5];
            view.NearM = projection[11] / (projection[10] - 1);
            var farM = projection[11] / (projection[10] + 1);
            view.FarM = farM > view.NearM && !float.IsInfinity(farM) ? farM : FarthestM;
        }

        /// <summary>
        /// Writes the matrix that takes a point of Unity's world to a camera of the protocol: columns of x change their sign.
        /// </summary>
        public static void MirrorWorld(float[] cameraFromWorld, float[] cameraFromUnity)
        {
            for (var row = 0; row < 16; row += 4)
            {
                cameraFromUnity[row] = -cameraFromWorld[row];
                cameraFromUnity[row + 1] = cameraFromWorld[row + 1];
                cameraFromUnity[row + 2] = cameraFromWorld[row + 2];
                cameraFromUnity[row + 3] = cameraFromWorld[row + 3];
            }
        }

        /// <summary>Writes one coefficient of a light probe of Unity's, for one of r, g, b.</summary>
        public static void SetProbe(float[] probe, int coefficient, int channel, float unityCoefficient)
        {
            var factor = BandFactors[coefficient] * Mirrored[coefficient];
            probe[3 * coefficient + channel] = factor * unityCoefficient;
        }

        /// <summary>Writes the direction towards a light from the one in which it shines in Unity.</summary>
        public static void SetKeyDirection(float[] direction, float shinesX, float shinesY, float shinesZ)
        {
            direction[0] = shinesX;
            direction[1] = -shinesY;
            direction[2] = -shinesZ;
        }
    }
}
