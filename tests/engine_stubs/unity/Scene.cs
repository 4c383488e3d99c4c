// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnityEngine.Rendering;

namespace UnityEngine.Rendering
{
    public enum IndexFormat
    {
        UInt16,
        UInt32,
    }

    public enum ShadowCastingMode
    {
        Off,
        On,
    }

    /// <summary>Coefficients as Unity's: irradiance / pi in terms of 1, y, z, x, xy, yz, 3zz - 1, xz, xx - yy.</summary>
    public struct SphericalHarmonicsL2
    {
        private float[] _values;

        public float this[int rgb, int coefficient]
        {
            get => _values == null ? 0 : _values[9 * rgb + coefficient];
            set => (_values ??= new float[27])[9 * rgb + coefficient] = value;
        }
    }
}

namespace UnityEngine
{
    public enum LightType
    {
        Spot,
        Directional,
        Point,
    }

    public sealed class Light : Behaviour
    {
        public LightType type { get; set; }
        public Color color { get; set; } = Color.white;
        public float intensity { get; set; } = 1;
        public float range { get; set; } = 10;
        public float spotAngle { get; set; } = 30;
    }

    public static class LightProbes
    {
        /// <summary>Of the stub: the light everywhere.</summary>
        public static SphericalHarmonicsL2 Everywhere;

        public static void GetInterpolatedProbe(Vector3 position, Renderer renderer, out SphericalHarmonicsL2 probe) =>
            probe = Everywhere;
    }

    public static class RenderSettings
    {
        public static Light sun { get; set; }
    }

    public sealed class Camera : Behaviour
    {
        public enum StereoscopicEye
        {
            Left,
            Right,
        }

        public static Camera main { get; set; }

        /// <summary>Of the stub: distance between the eyes of a headset; 0: no headset.</summary>
        public float EyeDistanceM;

        public bool stereoEnabled => EyeDistanceM > 0;
        public bool orthographic { get; set; }
        public float nearClipPlane { get; set; } = 0.3f;
        public int pixelHeight => 1080;
        public Matrix4x4 worldToCameraMatrix => ViewMatrix(0);

        public Matrix4x4 projectionMatrix
        {
            get
            {
                var matrix = default(Matrix4x4); // 90 degrees, 0.1 to 100 m, as OpenGL has it
                matrix.SetRow(0, new Vector4(1, 0, 0, 0));
                matrix.SetRow(1, new Vector4(0, 1, 0, 0));
                matrix.SetRow(2, new Vector4(0, 0, -1.002002f, -0.2002002f));
                matrix.SetRow(3, new Vector4(0, 0, -1, 0));
                return matrix;
            }
        }

        public Matrix4x4 GetStereoViewMatrix(StereoscopicEye eye) =>
            ViewMatrix(eye == StereoscopicEye.Left ? -EyeDistanceM / 2 : EyeDistanceM / 2);

        public Matrix4x4 GetStereoProjectionMatrix(StereoscopicEye eye) => projectionMatrix;

        private Matrix4x4 ViewMatrix(float sideM)
        {
            var right = transform.rotation * new Vector3(1, 0, 0);
            var up = transform.rotation * Vector3.up;
            var forward = transform.forward;
            var eye = transform.position + sideM * right;
            var matrix = Matrix4x4.identity;
            matrix.SetRow(0, new Vector4(right.x, right.y, right.z, -Vector3.Dot(right, eye)));
            matrix.SetRow(1, new Vector4(up.x, up.y, up.z, -Vector3.Dot(up, eye)));
            matrix.SetRow(2, new Vector4(-forward.x, -forward.y, -forward.z, Vector3.Dot(forward, eye)));
            return matrix;
        }
    }
}
