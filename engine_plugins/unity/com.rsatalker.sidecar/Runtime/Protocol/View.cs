// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>One eye. Camera axes: x right, y down, z forward; metres.</summary>
    public sealed class View
    {
        private readonly float[] _block = new float[ViewLayout.SizeBytes / 4];

        /// <summary>Rigid transform, 4 x 4, row-major.</summary>
        public readonly float[] CameraFromWorld = new float[16];

        /// <summary>Of the frustum's half angles: left, right, down, up; positive away from the axis.</summary>
        public readonly float[] Tangents = new float[4];

        /// <summary>Nearest depth drawn.</summary>
        public float NearM;

        /// <summary>Farthest depth drawn.</summary>
        public float FarM;

        /// <summary>Becomes equal to another view.</summary>
        public void CopyFrom(View other)
        {
            System.Array.Copy(other.CameraFromWorld, CameraFromWorld, CameraFromWorld.Length);
            System.Array.Copy(other.Tangents, Tangents, Tangents.Length);
            NearM = other.NearM;
            FarM = other.FarM;
        }

        internal void Read(SharedRegion region, long offset)
        {
            region.Read(offset, _block, 0, _block.Length);
            System.Array.Copy(_block, ViewLayout.CameraFromWorld / 4, CameraFromWorld, 0, CameraFromWorld.Length);
            System.Array.Copy(_block, ViewLayout.Tangents / 4, Tangents, 0, Tangents.Length);
            NearM = _block[ViewLayout.NearM / 4];
            FarM = _block[ViewLayout.FarM / 4];
        }

        internal void Write(SharedRegion region, long offset)
        {
            System.Array.Copy(CameraFromWorld, 0, _block, ViewLayout.CameraFromWorld / 4, CameraFromWorld.Length);
            System.Array.Copy(Tangents, 0, _block, ViewLayout.Tangents / 4, Tangents.Length);
            _block[ViewLayout.NearM / 4] = NearM;
            _block[ViewLayout.FarM / 4] = FarM;
            region.Write(offset, _block, 0, _block.Length);
        }
    }
}
