// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using Unity.Collections;

namespace Unity.Collections
{
    /// <summary>A view of a texture's memory.</summary>
    public struct NativeArray<T>
        where T : struct
    {
        internal T[] Items;

        public int Length => Items.Length;

        public T this[int index]
        {
            get => Items[index];
            set => Items[index] = value;
        }

        public static void Copy(T[] source, int sourceIndex, NativeArray<T> target, int targetIndex, int length) =>
            Array.Copy(source, sourceIndex, target.Items, targetIndex, length);
    }
}

namespace UnityEngine
{
    public enum TextureFormat
    {
        RGBA32 = 4,
        RFloat = 18,
    }

    public enum FilterMode
    {
        Point,
        Bilinear,
    }

    public enum TextureWrapMode
    {
        Repeat,
        Clamp,
    }

    public class Texture : Object
    {
        public int width { get; protected set; }
        public int height { get; protected set; }
        public FilterMode filterMode { get; set; }
        public TextureWrapMode wrapMode { get; set; }
    }

    public sealed class Texture2D : Texture
    {
        private static Texture2D _black;
        private static Texture2D _white;
        private readonly byte[] _bytes;
        private readonly float[] _floats;

        public static Texture2D blackTexture => _black ??= new Texture2D(4, 4, TextureFormat.RGBA32, false, true);
        public static Texture2D whiteTexture => _white ??= new Texture2D(4, 4, TextureFormat.RGBA32, false, true);

        /// <summary>Of the stub: what is on the graphics card since the last Apply; bytes or floats.</summary>
        public Array Applied { get; private set; }

        /// <summary>Of the stub: a file that LoadImage was given.</summary>
        public byte[] LoadedFile { get; internal set; }

        public TextureFormat format { get; }

        public Texture2D(int width, int height, TextureFormat format, bool mipChain, bool linear)
        {
            this.width = width;
            this.height = height;
            this.format = format;
            _bytes = format == TextureFormat.RGBA32 ? new byte[4 * width * height] : null;
            _floats = format == TextureFormat.RFloat ? new float[width * height] : null;
        }

        public NativeArray<T> GetRawTextureData<T>()
            where T : struct => new NativeArray<T> { Items = (T[])(object)((Array)_bytes ?? _floats) };

        public void Apply(bool updateMipmaps)
        {
            var source = (Array)_bytes ?? _floats;
            Applied = Applied ?? (Array)source.Clone();
            Array.Copy(source, Applied, source.Length);
        }

        internal void Resize(int newWidth, int newHeight)
        {
            width = newWidth;
            height = newHeight;
        }
    }

    public static class ImageConversion
    {
        /// <summary>Reads the size out of a JPEG's frame header, and keeps the file.</summary>
        public static bool LoadImage(this Texture2D texture, byte[] file, bool markNonReadable)
        {
            for (var at = 2; at + 9 < file.Length && file[at] == 0xFF; at += 2 + (file[at + 2] << 8) + file[at + 3])
            {
                if (file[at + 1] >= 0xC0 && file[at + 1] <= 0xC2)
                {
                    texture.Resize((file[at + 7] << 8) + file[at + 8], (file[at + 5] << 8) + file[at + 6]);
                    texture.LoadedFile = file;
                    return true;
                }
            }
            return false;
        }
    }

    public sealed class Shader : Object
    {
        private static readonly List<string> Names = new List<string>();
        private static readonly Shader Known = new Shader { name = "RSATalker/Head Card" };

        public static Shader Find(string name) => name == Known.name ? Known : null;

        public static int PropertyToID(string name)
        {
            if (!Names.Contains(name))
            {
                Names.Add(name);
            }
            return Names.IndexOf(name);
        }

        /// <summary>Of the stub.</summary>
        public static string NameOf(int id) => Names[id];
    }

    public sealed class Material : Object
    {
        public Shader shader { get; }

        public Material(Shader shader)
        {
            this.shader = shader;
        }
    }

    public sealed class MaterialPropertyBlock
    {
        /// <summary>Of the stub: what was set, by name.</summary>
        public readonly Dictionary<int, object> Values = new Dictionary<int, object>();

        private readonly Dictionary<int, Vector4[]> _vectors = new Dictionary<int, Vector4[]>();

        public object this[string name] => Values[Shader.PropertyToID(name)];

        public void SetTexture(int id, Texture value) => Values[id] = value;

        public void SetMatrixArray(int id, Matrix4x4[] values) => Values[id] = values;

        public void SetVectorArray(int id, Vector4[] values) => Values[id] = values;

        public void SetVector(int id, Vector4 value)
        {
            if (!_vectors.TryGetValue(id, out var boxed)) // an array of one: no garbage each frame
            {
                Values[id] = _vectors[id] = boxed = new Vector4[1];
            }
            boxed[0] = value;
        }
    }

    public sealed class Mesh : Object
    {
        /// <summary>Of the stub: names of its blend shapes.</summary>
        public List<string> BlendShapes = new List<string>();

        public Rendering.IndexFormat indexFormat { get; set; }
        public Vector3[] vertices { get; set; }
        public int[] triangles { get; set; }
        public int blendShapeCount => BlendShapes.Count;

        public string GetBlendShapeName(int index) => BlendShapes[index];

        public void AddBlendShapeFrame(string shape, float weight, Vector3[] shifts, Vector3[] normals, Vector3[] tangents)
        {
            BlendShapes.Add(shifts.Length == vertices.Length ? shape : throw new ArgumentException(shape));
        }

        public void RecalculateNormals()
        {
        }

        public void RecalculateBounds()
        {
        }

        public void UploadMeshData(bool markNoLongerReadable)
        {
        }
    }

    public class Renderer : Component
    {
        public Material sharedMaterial { get; set; }
    }

    public sealed class MeshRenderer : Renderer
    {
    }

    public sealed class SkinnedMeshRenderer : Renderer
    {
        /// <summary>Of the stub: percent, by blend shape.</summary>
        public readonly Dictionary<int, float> Weights = new Dictionary<int, float>();

        public Mesh sharedMesh { get; set; }

        public void SetBlendShapeWeight(int index, float value) => Weights[index] = value;
    }

    public struct RenderParams
    {
        public Material material;
        public int layer;
        public MaterialPropertyBlock matProps;
        public bool receiveShadows;
        public Rendering.ShadowCastingMode shadowCastingMode;
        public Bounds worldBounds;

        public RenderParams(Material material)
            : this()
        {
            this.material = material;
        }
    }

    public static class Graphics
    {
        /// <summary>Of the stub: what was drawn in this frame.</summary>
        public static readonly List<(RenderParams Parameters, Mesh Mesh)> Drawn = new List<(RenderParams, Mesh)>(8);

        public static void RenderMesh(
            in RenderParams parameters, Mesh mesh, int submesh, Matrix4x4 objectToWorld, Matrix4x4? before = null) =>
            Drawn.Add((parameters, mesh));
    }
}
