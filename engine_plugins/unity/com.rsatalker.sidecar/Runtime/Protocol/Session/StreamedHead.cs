// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>The newest picture of one head that a stream brought. Its owner locks it.</summary>
    internal sealed class StreamedHead
    {
        private JsonValue _picture;

        /// <summary>Keeps a picture in place of one that nobody has read.</summary>
        public void Take(JsonValue picture)
        {
            _picture = picture;
        }

        /// <summary>Writes the newest picture into a frame; false: it has been read already.</summary>
        public bool Read(Frame frame)
        {
            if (_picture == null)
            {
                return false;
            }
            frame.FrameNumber = (ulong)_picture["frameNumber"].Integer;
            frame.UtteranceId = (ulong)_picture["utteranceId"].Integer;
            frame.TimelineUs = _picture["timelineUs"].Integer;
            frame.MediaUs = _picture["mediaUs"].Integer;
            frame.PoseId = (ulong)_picture["poseId"].Integer;
            frame.RequestedNs = HostClock.NowNs - 1000 * _picture["ageUs"].Integer;
            frame.Width = (int)_picture["width"].Integer;
            frame.Height = (int)_picture["height"].Integer;
            frame.Layers = Math.Min((int)_picture["layers"].Integer, frame.Views.Length);
            frame.Format = PixelFormat.RGBA8;
            frame.Flags = FrameFlags.None;
            Copy(_picture["worldFromHead"], frame.WorldFromHead);
            for (var layer = 0; layer < frame.Layers; ++layer)
            {
                var view = _picture["views"].Items[layer];
                Copy(view["cameraFromWorld"], frame.Views[layer].CameraFromWorld);
                Copy(view["tangents"], frame.Views[layer].Tangents);
            }
            frame.ColorFile = Convert.FromBase64String(_picture["color"].Text);
            frame.AlphaFile = Convert.FromBase64String(_picture["alpha"].Text);
            _picture = null;
            return true;
        }

        private static void Copy(JsonValue values, float[] target)
        {
            for (var index = 0; index < Math.Min(values.Items.Count, target.Length); ++index)
            {
                target[index] = (float)values.Items[index].Number;
            }
        }
    }
}
