// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>4 x 4 matrices in row-major arrays; nothing is allocated. Any thread.</summary>
    public static class Rigid
    {
        /// <summary>product = first second; it must be neither of the two.</summary>
        public static void Multiply(float[] first, float[] second, float[] product)
        {
            for (var row = 0; row < 16; row += 4)
            {
                for (var column = 0; column < 4; ++column)
                {
                    product[row + column] = first[row] * second[column] + first[row + 1] * second[4 + column]
                        + first[row + 2] * second[8 + column] + first[row + 3] * second[12 + column];
                }
            }
        }

        /// <summary>inverse of a rotation and a shift; it must not be the same array.</summary>
        public static void Invert(float[] rigid, float[] inverse)
        {
            for (var row = 0; row < 3; ++row)
            {
                for (var column = 0; column < 3; ++column)
                {
                    inverse[4 * row + column] = rigid[4 * column + row];
                }
                inverse[4 * row + 3] = -(rigid[row] * rigid[3] + rigid[4 + row] * rigid[7] + rigid[8 + row] * rigid[11]);
            }
            inverse[12] = inverse[13] = inverse[14] = 0;
            inverse[15] = 1;
        }

        /// <summary>Writes the rotation of a unit quaternion and a shift.</summary>
        public static void Set(float[] rigid, float x, float y, float z, float w, float shiftX, float shiftY, float shiftZ)
        {
            rigid[0] = 1 - 2 * (y * y + z * z);
            rigid[1] = 2 * (x * y - z * w);
            rigid[2] = 2 * (x * z + y * w);
            rigid[3] = shiftX;
            rigid[4] = 2 * (x * y + z * w);
            rigid[5] = 1 - 2 * (x * x + z * z);
            rigid[6] = 2 * (y * z - x * w);
            rigid[7] = shiftY;
            rigid[8] = 2 * (x * z - y * w);
            rigid[9] = 2 * (y * z + x * w);
            rigid[10] = 1 - 2 * (x * x + y * y);
            rigid[11] = shiftZ;
            rigid[12] = rigid[13] = rigid[14] = 0;
            rigid[15] = 1;
        }
    }
}
