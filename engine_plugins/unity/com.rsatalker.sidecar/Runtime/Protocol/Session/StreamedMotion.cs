// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Motion that a stream brought, until the main thread takes it. Two threads.</summary>
    internal sealed class StreamedMotion
    {
        private const int Most = FrameRingLayout.MotionSlotCount; // what nobody takes is lost

        private readonly object _gate = new object();
        private readonly Queue<JsonValue> _instants = new Queue<JsonValue>();

        /// <summary>Keeps the instants of a message; the stream's thread.</summary>
        public void Take(JsonValue message)
        {
            lock (_gate)
            {
                foreach (var instant in message["instants"].Items)
                {
                    _instants.Enqueue(instant);
                }
                while (_instants.Count > Most)
                {
                    _instants.Dequeue();
                }
            }
        }

        /// <summary>Hands over what there is; main thread.</summary>
        public void Read(MotionTrack track)
        {
            lock (_gate)
            {
                while (_instants.Count > 0)
                {
                    Write(_instants.Dequeue(), track.Next);
                    track.Commit();
                }
            }
        }

        private static void Write(JsonValue message, MotionInstant instant)
        {
            instant.Index = (ulong)message["index"].Integer;
            instant.TimelineUs = message["timelineUs"].Integer;
            instant.PublishedNs = HostClock.NowNs;
            for (var head = 0; head < instant.Heads.Length; ++head)
            {
                var values = head < message["heads"].Items.Count ? message["heads"].Items[head] : JsonValue.Missing;
                var target = instant.Heads[head];
                target.UtteranceId = (ulong)values["utteranceId"].Integer;
                target.MediaUs = values["mediaUs"].Integer;
                Copy(values["arkit"], target.Pose.Arkit);
                Copy(values["globalOrient"], target.Pose.GlobalOrient);
                Copy(values["neckPose"], target.Pose.NeckPose);
                Copy(values["jawPose"], target.Pose.JawPose);
                Copy(values["eyePose"], target.Pose.EyePose);
            }
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
