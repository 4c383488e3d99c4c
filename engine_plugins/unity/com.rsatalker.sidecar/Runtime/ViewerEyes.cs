// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>Where the eyes of the viewer are. No garbage per frame. Main thread.</summary>
    internal sealed class ViewerEyes
    {
        private readonly float[] _view = new float[16];
        private readonly float[] _projection = new float[16];

        /// <summary>Writes the eyes of a camera as they will be on display.</summary>
        public void Write(EngineState state, Camera camera)
        {
            state.EyeCount = 0;
            if (camera == null)
            {
                return;
            }
            if (camera.stereoEnabled)
            {
                state.EyeCount = 2;
                Write(state.Eyes[0], camera.GetStereoViewMatrix(Camera.StereoscopicEye.Left),
                    camera.GetStereoProjectionMatrix(Camera.StereoscopicEye.Left));
                Write(state.Eyes[1], camera.GetStereoViewMatrix(Camera.StereoscopicEye.Right),
                    camera.GetStereoProjectionMatrix(Camera.StereoscopicEye.Right));
            }
            else if (!camera.orthographic)
            {
                state.EyeCount = 1;
                Write(state.Eyes[0], camera.worldToCameraMatrix, camera.projectionMatrix);
            }
        }

        /// <summary>Pixels a degree in the middle of a camera's view.</summary>
        public static float PixelsPerDegree(Camera camera)
        {
            if (camera == null || camera.orthographic)
            {
                return 0;
            }
            var projection = camera.projectionMatrix;
            return camera.pixelHeight / 2f * projection.m11 * Mathf.Deg2Rad;
        }

        private void Write(View eye, Matrix4x4 view, Matrix4x4 projection)
        {
            Copy(view, _view);
            Copy(projection, _projection);
            UnitySpace.SetView(eye, _view, _projection);
        }

        private static void Copy(Matrix4x4 matrix, float[] rows)
        {
            for (var row = 0; row < 4; ++row)
            {
                var values = matrix.GetRow(row);
                rows[4 * row] = values.x;
                rows[4 * row + 1] = values.y;
                rows[4 * row + 2] = values.z;
                rows[4 * row + 3] = values.w;
            }
        }
    }
}
