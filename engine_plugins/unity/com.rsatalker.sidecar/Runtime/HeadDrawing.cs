// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;
using UnityEngine.Rendering;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// Draws the newest frame of one head, from the eyes that it was drawn for: a card, or near by a grid at the frame's own
    /// depths. No garbage per frame. Main thread.
    /// </summary>
    internal sealed class HeadDrawing : IDisposable
    {
        private const string ShaderName = "RSATalker/Head Card";
        private const float RadiusM = 0.35f; // around the anchor: hair and shoulders, for culling and sorting

        private static readonly int ColorsId = Shader.PropertyToID("_RsaColors");
        private static readonly int DepthsId = Shader.PropertyToID("_RsaDepths");
        private static readonly int AlphaId = Shader.PropertyToID("_RsaAlpha");
        private static readonly int CameraId = Shader.PropertyToID("_RsaCameraFromWorld");
        private static readonly int WorldId = Shader.PropertyToID("_RsaWorldFromCamera");
        private static readonly int TangentsId = Shader.PropertyToID("_RsaTangents");
        private static readonly int CardDepthsId = Shader.PropertyToID("_RsaCardDepths");
        private static readonly int LayoutId = Shader.PropertyToID("_RsaLayout");
        private static readonly int SourceId = Shader.PropertyToID("_RsaSource");

        private readonly HeadCard[] _cards = { new HeadCard(), new HeadCard() };
        private readonly Matrix4x4[] _cameras = new Matrix4x4[2];
        private readonly Matrix4x4[] _worlds = new Matrix4x4[2];
        private readonly Vector4[] _tangents = new Vector4[2];
        private readonly ViewerDistance _distance = new ViewerDistance();
        private readonly MaterialPropertyBlock _properties = new MaterialPropertyBlock();
        private readonly Mesh _quad = CardMesh.Make(1);
        private readonly Mesh _grid = CardMesh.Make(CardMesh.GridCells);
        private readonly Material _material;

        /// <summary>The newest frame.</summary>
        public readonly Frame Frame = new Frame();

        public readonly HeadTextures Textures = new HeadTextures();

        /// <summary>Whether there is a frame to draw.</summary>
        public bool HasFrame { get; private set; }

        /// <summary>Where each eye's card is.</summary>
        public HeadCard[] Cards => _cards;

        public HeadDrawing()
        {
            var shader = Shader.Find(ShaderName);
            if (shader == null)
            {
                throw new InvalidOperationException(
                    "The shader " + ShaderName + " is not in this build: add it to Always Included Shaders (Project "
                    + "Settings > Graphics), or place a material of it in Resources.");
            }
            _material = new Material(shader) { hideFlags = HideFlags.HideAndDontSave };
        }

        /// <summary>Takes over what is in Frame.</summary>
        public void Upload()
        {
            Textures.Upload(Frame);
            HasFrame = true;
        }

        /// <summary>Draws the head where it stands now, for all cameras of this frame.</summary>
        public void Draw(float[] worldFromHeadNow, Vector3 position, int layer)
        {
            if (!HasFrame)
            {
                return;
            }
            for (var index = 0; index < _cards.Length; ++index)
            {
                var view = Frame.Views[Math.Min(index, Frame.Layers - 1)];
                _cards[index].Set(view, Frame.WorldFromHead, worldFromHeadNow);
                Fill(ref _cameras[index], _cards[index].CameraFromUnity);
                _worlds[index] = _cameras[index].inverse;
                var tangents = _cards[index].Tangents;
                _tangents[index] = new Vector4(tangents[0], tangents[1], tangents[2], tangents[3]);
            }
            var eye = _cards[0].Eye;
            _distance.Observe(Vector3.Distance(new Vector3(eye[0], eye[1], eye[2]), position));
            var isGrid = _distance.IsNear && Textures.HasDepth;
            SetProperties(isGrid);
            var parameters = new RenderParams(_material)
            {
                layer = layer,
                matProps = _properties,
                receiveShadows = false,
                shadowCastingMode = ShadowCastingMode.Off,
                worldBounds = new Bounds(position, 2 * RadiusM * Vector3.one),
            };
            Graphics.RenderMesh(parameters, isGrid ? _grid : _quad, 0, Matrix4x4.identity);
        }

        /// <summary>Lets go of everything on the graphics card.</summary>
        public void Dispose()
        {
            Textures.Dispose();
            UnityEngine.Object.Destroy(_material);
            UnityEngine.Object.Destroy(_quad);
            UnityEngine.Object.Destroy(_grid);
        }

        private void SetProperties(bool isGrid)
        {
            _properties.SetTexture(ColorsId, Textures.Colors);
            _properties.SetTexture(DepthsId, Textures.HasDepth ? Textures.Depths : Texture2D.blackTexture);
            _properties.SetTexture(AlphaId, Textures.Alpha != null ? Textures.Alpha : Texture2D.whiteTexture);
            _properties.SetMatrixArray(CameraId, _cameras);
            _properties.SetMatrixArray(WorldId, _worlds);
            _properties.SetVectorArray(TangentsId, _tangents);
            _properties.SetVector(CardDepthsId, new Vector4(_cards[0].DepthM, _cards[1].DepthM, 0, 0));
            // Pixels of a layer, and from layer to layer: below each other in shared memory, side by side in a JPEG.
            var isJpeg = Textures.Alpha != null;
            var layers = Frame.Layers;
            _properties.SetVector(
                LayoutId, new Vector4(Frame.Width, Frame.Height, isJpeg ? Frame.Width : 0, isJpeg ? 0 : Frame.Height));
            _properties.SetVector(
                SourceId, new Vector4(layers, Textures.HasDepth ? 1 : 0, isJpeg ? 1 : 0, isGrid ? CardMesh.GridCells : 0));
        }

        private static void Fill(ref Matrix4x4 matrix, float[] rows)
        {
            for (var row = 0; row < 4; ++row)
            {
                matrix.SetRow(row, new Vector4(rows[4 * row], rows[4 * row + 1], rows[4 * row + 2], rows[4 * row + 3]));
            }
        }
    }
}
