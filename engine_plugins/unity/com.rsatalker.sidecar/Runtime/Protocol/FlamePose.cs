// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>One instant of one head in FLAME's parameters. Rotations are axis-angle, radians.</summary>
    public sealed class FlamePose
    {
        /// <summary>Coefficients in the region's expression space.</summary>
        public float[] Expression = new float[0];

        /// <summary>Rotation of the whole head.</summary>
        public readonly float[] GlobalOrient = new float[3];

        /// <summary>Rotation about the neck joint.</summary>
        public readonly float[] NeckPose = new float[3];

        /// <summary>Rotation about the jaw joint.</summary>
        public readonly float[] JawPose = new float[3];

        /// <summary>Left eye, then right eye.</summary>
        public readonly float[] EyePose = new float[6];

        /// <summary>Metres.</summary>
        public readonly float[] Transl = new float[3];

        /// <summary>The same instant as ARKit weights in [0, 1].</summary>
        public readonly float[] Arkit = new float[FrameRingLayout.ArkitCount];

        internal void Read(SharedRegion region, long offset, long expressionOffset, int expressionCount)
        {
            region.Read(offset + PoseLayout.GlobalOrient, GlobalOrient, 0, GlobalOrient.Length);
            region.Read(offset + PoseLayout.NeckPose, NeckPose, 0, NeckPose.Length);
            region.Read(offset + PoseLayout.JawPose, JawPose, 0, JawPose.Length);
            region.Read(offset + PoseLayout.EyePose, EyePose, 0, EyePose.Length);
            region.Read(offset + PoseLayout.Transl, Transl, 0, Transl.Length);
            region.Read(offset + PoseLayout.Arkit, Arkit, 0, Arkit.Length);
            if (Expression.Length != expressionCount)
            {
                Array.Resize(ref Expression, expressionCount);
            }
            region.Read(expressionOffset, Expression, 0, expressionCount);
        }
    }
}
