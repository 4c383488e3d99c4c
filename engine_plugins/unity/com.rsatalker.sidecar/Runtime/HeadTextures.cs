// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using RsaTalker.Sidecar.Protocol;
using Unity.Collections;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// The newest frame of one head on the graphics card. One texture of colours and one of depths, as large as a frame can
    /// be, with the layers one above the other; a smaller frame fills their first rows and columns. Main thread.
    /// </summary>
    internal sealed class HeadTextures : IDisposable
    {
        private const int PixelBytes = 4; // RGBA8, and R32F

        private bool _isJpeg;
        private int _width;
        private int _height;

        /// <summary>Premultiplied sRGB, not converted when it is sampled.</summary>
        public Texture2D Colors { get; private set; }

        /// <summary>Metres; 0: nothing is drawn.</summary>
        public Texture2D Depths { get; private set; }

        /// <summary>Of a sidecar on another machine, where alpha comes by itself; null otherwise.</summary>
        public Texture2D Alpha { get; private set; }

        /// <summary>Whether Depths belongs to the frame.</summary>
        public bool HasDepth { get; private set; }

        /// <summary>Takes a frame over. Nothing is allocated unless it is larger than those before.</summary>
        public void Upload(Frame frame)
        {
            if (frame.ColorFile != null)
            {
                UploadFiles(frame);
                return;
            }
            Fit(frame);
            var hasOtherSize = frame.Width != _width || frame.Height != _height;
            _width = frame.Width;
            _height = frame.Height;
            HasDepth = frame.DepthCount > 0;
            var colors = Colors.GetRawTextureData<byte>();
            Fill(colors, Colors, frame.Colors, PixelBytes * frame.Width, frame, hasOtherSize, PixelBytes);
            Colors.Apply(false);
            if (HasDepth)
            {
                var depths = Depths.GetRawTextureData<float>();
                Fill(depths, Depths, frame.Depths, frame.Width, frame, hasOtherSize, 1);
                Depths.Apply(false);
            }
        }

        /// <summary>Lets go of the textures.</summary>
        public void Dispose()
        {
            Destroy(Colors);
            Destroy(Depths);
            Destroy(Alpha);
            Colors = Depths = Alpha = null;
        }

        private void Fit(Frame frame)
        {
            var height = frame.Height * frame.Layers;
            if (Colors != null && !_isJpeg && Colors.width >= frame.Width && Colors.height >= height)
            {
                return;
            }
            Dispose();
            _isJpeg = false;
            Colors = Made("RSATalker colours", frame.Width, height, TextureFormat.RGBA32, FilterMode.Bilinear);
            Depths = Made("RSATalker depths", frame.Width, height, TextureFormat.RFloat, FilterMode.Point);
        }

        private void UploadFiles(Frame frame)
        {
            if (Colors == null || !_isJpeg)
            {
                Dispose();
                _isJpeg = true;
                Colors = Made("RSATalker colours", 2, 2, TextureFormat.RGBA32, FilterMode.Bilinear);
                Alpha = Made("RSATalker alpha", 2, 2, TextureFormat.RGBA32, FilterMode.Bilinear);
            }
            HasDepth = false;
            Colors.LoadImage(frame.ColorFile, false);
            Alpha.LoadImage(frame.AlphaFile, false);
        }

        // Copies rows; in a frame of another size than the one before, what is beyond it becomes transparent.
        private static void Fill<T>(
            NativeArray<T> target, Texture2D texture, T[] source, int rowCount, Frame frame, bool clears, int perPixel)
            where T : struct
        {
            var stride = texture.width * perPixel;
            if (clears)
            {
                for (var index = 0; index < target.Length; ++index)
                {
                    target[index] = default;
                }
            }
            if (stride == rowCount)
            {
                NativeArray<T>.Copy(source, 0, target, 0, rowCount * frame.Height * frame.Layers);
                return;
            }
            for (var row = 0; row < frame.Height * frame.Layers; ++row)
            {
                NativeArray<T>.Copy(source, row * rowCount, target, row * stride, rowCount);
            }
        }

        private static Texture2D Made(string name, int width, int height, TextureFormat format, FilterMode filter)
        {
            return new Texture2D(width, height, format, false, true)
            {
                name = name,
                filterMode = filter,
                wrapMode = TextureWrapMode.Clamp,
                hideFlags = HideFlags.HideAndDontSave,
            };
        }

        private static void Destroy(Texture2D texture)
        {
            if (texture != null)
            {
                UnityEngine.Object.Destroy(texture);
            }
        }
    }
}
