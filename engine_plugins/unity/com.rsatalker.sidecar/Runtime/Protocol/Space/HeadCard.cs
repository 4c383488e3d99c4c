// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Where one eye's picture of a head stands in the world: across the axis of the camera that it was drawn for, at the
    /// depth of the head's anchor, as large as that view. The head's own movement since then is followed. What
    /// sidecar/compositor.py calls the card. No garbage. Main thread.
    /// </summary>
    public sealed class HeadCard
    {
        private readonly float[] _thenFromNow = new float[16];
        private readonly float[] _cameraFromNow = new float[16];
        private readonly float[] _inverse = new float[16];
        private readonly float[] _headFromNow = new float[16];

        /// <summary>From Unity's world, now, to the camera that the picture was drawn for; 4 x 4, row-major.</summary>
        public readonly float[] CameraFromUnity = new float[16];

        /// <summary>Left, right, down, up.</summary>
        public readonly float[] Tangents = new float[4];

        /// <summary>Depth of the card before that camera, metres.</summary>
        public float DepthM { get; private set; }

        /// <summary>Where that camera is in Unity's world.</summary>
        public readonly float[] Eye = new float[3];

        /// <summary>Takes the view of a frame and where its head stood then and stands now, 4 x 4 of the protocol.</summary>
        public void Set(View view, float[] worldFromHeadThen, float[] worldFromHeadNow)
        {
            var camera = view.CameraFromWorld;
            DepthM = camera[8] * worldFromHeadThen[3] + camera[9] * worldFromHeadThen[7]
                + camera[10] * worldFromHeadThen[11] + camera[11];
            Array.Copy(view.Tangents, Tangents, Tangents.Length);
            Rigid.Invert(worldFromHeadNow, _headFromNow);
            Rigid.Multiply(worldFromHeadThen, _headFromNow, _thenFromNow); // of the world then, from the world now
            Rigid.Multiply(camera, _thenFromNow, _cameraFromNow);
            UnitySpace.MirrorWorld(_cameraFromNow, CameraFromUnity);
            Rigid.Invert(CameraFromUnity, _inverse);
            Eye[0] = _inverse[3];
            Eye[1] = _inverse[7];
            Eye[2] = _inverse[11];
        }

        /// <summary>Writes the place in Unity's world of a point of the picture: u and v from 0 to 1, v down from the top.</summary>
        public void Place(float u, float v, float depthM, float[] point)
        {
            var x = (-Tangents[0] + (Tangents[0] + Tangents[1]) * u) * depthM;
            var y = (-Tangents[3] + (Tangents[2] + Tangents[3]) * v) * depthM;
            for (var axis = 0; axis < 3; ++axis)
            {
                point[axis] = _inverse[4 * axis] * x + _inverse[4 * axis + 1] * y + _inverse[4 * axis + 2] * depthM
                    + _inverse[4 * axis + 3];
            }
        }
    }
}
