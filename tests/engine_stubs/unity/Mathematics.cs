// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace UnityEngine
{
    public static class Mathf
    {
        public const float Rad2Deg = 57.29578f;
        public const float Deg2Rad = 0.01745329f;

        public const float PI = (float)Math.PI;

        public static float Max(float a, float b) => Math.Max(a, b);

        public static float Sin(float angle) => (float)Math.Sin(angle);

        public static float Cos(float angle) => (float)Math.Cos(angle);

        public static float Exp(float value) => (float)Math.Exp(value);

        public static float Clamp01(float value) => Math.Min(Math.Max(value, 0), 1);

        public static int Clamp(int value, int least, int most) => Math.Min(Math.Max(value, least), most);
    }

    public struct Vector3
    {
        public float x, y, z;

        public Vector3(float x, float y, float z)
        {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public static Vector3 zero => default;
        public static Vector3 one => new Vector3(1, 1, 1);
        public static Vector3 down => new Vector3(0, -1, 0);
        public static Vector3 up => new Vector3(0, 1, 0);
        public static Vector3 forward => new Vector3(0, 0, 1);
        public float sqrMagnitude => x * x + y * y + z * z;
        public float magnitude => (float)Math.Sqrt(sqrMagnitude);
        public Vector3 normalized => magnitude > 1e-5f ? this / magnitude : zero;

        public static float Distance(Vector3 a, Vector3 b) => (a - b).magnitude;

        public static float Dot(Vector3 a, Vector3 b) => a.x * b.x + a.y * b.y + a.z * b.z;

        public static float Angle(Vector3 a, Vector3 b) =>
            (float)Math.Acos(Math.Min(Math.Max(Dot(a.normalized, b.normalized), -1), 1)) * Mathf.Rad2Deg;

        public static Vector3 operator +(Vector3 a, Vector3 b) => new Vector3(a.x + b.x, a.y + b.y, a.z + b.z);

        public static Vector3 operator -(Vector3 a, Vector3 b) => new Vector3(a.x - b.x, a.y - b.y, a.z - b.z);

        public static Vector3 operator *(float s, Vector3 a) => new Vector3(s * a.x, s * a.y, s * a.z);

        public static Vector3 operator *(Vector3 a, float s) => s * a;

        public static Vector3 operator /(Vector3 a, float s) => new Vector3(a.x / s, a.y / s, a.z / s);

        public override string ToString() => "(" + x + ", " + y + ", " + z + ")";
    }

    public struct Vector4
    {
        public float x, y, z, w;

        public Vector4(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }
    }

    public struct Quaternion
    {
        public float x, y, z, w;

        public Quaternion(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }

        public static Quaternion identity => new Quaternion(0, 0, 0, 1);

        public static Quaternion AngleAxis(float degrees, Vector3 axis)
        {
            var half = degrees * Mathf.Deg2Rad / 2;
            var sine = (float)Math.Sin(half);
            return new Quaternion(sine * axis.x, sine * axis.y, sine * axis.z, (float)Math.Cos(half));
        }

        public static Quaternion Euler(float x, float y, float z) =>
            AngleAxis(y, Vector3.up) * AngleAxis(x, new Vector3(1, 0, 0)) * AngleAxis(z, Vector3.forward);

        public static Quaternion operator *(Quaternion a, Quaternion b) => new Quaternion(
            a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
            a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
            a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
            a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);

        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            var turned = q * new Quaternion(v.x, v.y, v.z, 0) * new Quaternion(-q.x, -q.y, -q.z, q.w);
            return new Vector3(turned.x, turned.y, turned.z);
        }
    }

    /// <summary>Column vectors, as Unity's; rows are kept.</summary>
    public struct Matrix4x4
    {
        private Vector4 _row0, _row1, _row2, _row3;

        public static Matrix4x4 identity
        {
            get
            {
                var matrix = default(Matrix4x4);
                matrix.SetRow(0, new Vector4(1, 0, 0, 0));
                matrix.SetRow(1, new Vector4(0, 1, 0, 0));
                matrix.SetRow(2, new Vector4(0, 0, 1, 0));
                matrix.SetRow(3, new Vector4(0, 0, 0, 1));
                return matrix;
            }
        }

        public float m11 => _row1.y;

        /// <summary>Of a rigid matrix, which may mirror; the stub knows no other.</summary>
        public Matrix4x4 inverse
        {
            get
            {
                var (a, b, c) = (_row0, _row1, _row2);
                var matrix = identity;
                matrix.SetRow(0, new Vector4(a.x, b.x, c.x, -(a.x * a.w + b.x * b.w + c.x * c.w)));
                matrix.SetRow(1, new Vector4(a.y, b.y, c.y, -(a.y * a.w + b.y * b.w + c.y * c.w)));
                matrix.SetRow(2, new Vector4(a.z, b.z, c.z, -(a.z * a.w + b.z * b.w + c.z * c.w)));
                return matrix;
            }
        }

        public Vector4 GetRow(int row) => row == 0 ? _row0 : row == 1 ? _row1 : row == 2 ? _row2 : _row3;

        public void SetRow(int row, Vector4 values)
        {
            switch (row)
            {
                case 0:
                    _row0 = values;
                    break;
                case 1:
                    _row1 = values;
                    break;
                case 2:
                    _row2 = values;
                    break;
                default:
                    _row3 = values;
                    break;
            }
        }
    }

    public struct Bounds
    {
        public Vector3 center, size;

        public Bounds(Vector3 center, Vector3 size)
        {
            this.center = center;
            this.size = size;
        }
    }

    public struct Color
    {
        public float r, g, b, a;

        public Color(float r, float g, float b, float a = 1)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            this.a = a;
        }

        public static Color black => new Color(0, 0, 0);
        public static Color white => new Color(1, 1, 1);
        public static Color red => new Color(1, 0, 0);
        public static Color yellow => new Color(1, 0.92f, 0.016f);
        public static Color green => new Color(0, 1, 0);
        public Color linear => new Color(Linear(r), Linear(g), Linear(b), a);

        public static Color operator *(Color color, float s) => new Color(s * color.r, s * color.g, s * color.b, s * color.a);

        private static float Linear(float value) =>
            value <= 0.04045f ? value / 12.92f : (float)Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}
