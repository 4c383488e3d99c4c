// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Writes the engine's state of a tick into the sidecar's region. Never blocks, makes no garbage. One thread.
    /// </summary>
    public sealed class EngineRegionWriter : IDisposable
    {
        private readonly SlotRing _ring;
        private readonly float[] _rate = new float[1];
        private bool _isClosed;

        /// <summary>Opens the engine region of a conversation.</summary>
        /// <exception cref="RegionException">It is missing, of another version or malformed.</exception>
        public EngineRegionWriter(string name)
        {
            _ring = new SlotRing(name, RegionKind.Engine, true);
            Beat(RegionState.Live);
        }

        /// <summary>Tells the sidecar that this engine leaves; the region stays. Can be called twice.</summary>
        public void Dispose()
        {
            if (!_isClosed)
            {
                _isClosed = true;
                Beat(RegionState.Stopping);
                _ring.Dispose();
            }
        }

        /// <summary>Shows that the engine lives and what it is doing; at least every BeatMs.</summary>
        public void Beat(RegionState state)
        {
            _ring.Beat(state);
        }

        /// <summary>Publishes the state of this tick; counts are cut to what fits.</summary>
        public void Write(EngineState state)
        {
            var region = _ring.Region;
            var slot = _ring.BeginWrite();
            var eyeCount = Math.Min(Math.Max(state.EyeCount, 0), state.Eyes.Length);
            var playbackCount = Math.Min(Math.Max(state.PlaybackCount, 0), state.Playbacks.Length);
            region.WriteUInt64(slot + EngineSlotLayout.PoseId, state.PoseId);
            region.WriteInt64(slot + EngineSlotLayout.WrittenNs, HostClock.NowNs);
            region.WriteInt64(slot + EngineSlotLayout.DisplayNs, state.DisplayNs);
            region.WriteUInt32(slot + EngineSlotLayout.EyeCount, (uint)eyeCount);
            region.WriteUInt32(slot + EngineSlotLayout.PlaybackCount, (uint)playbackCount);
            region.WriteUInt32(
                slot + EngineSlotLayout.Flags, (uint)(state.HasLight ? EngineFlags.HasLight : EngineFlags.None));
            region.Write(slot + EngineSlotLayout.WorldFromHead, state.WorldFromHead, 0, state.WorldFromHead.Length);
            for (var eye = 0; eye < state.Eyes.Length; ++eye)
            {
                state.Eyes[eye].Write(region, slot + EngineSlotLayout.Eyes + eye * ViewLayout.SizeBytes);
            }
            region.Write(slot + EngineSlotLayout.Probe, state.Probe, 0, state.Probe.Length);
            region.Write(slot + EngineSlotLayout.KeyDirection, state.KeyDirection, 0, state.KeyDirection.Length);
            region.Write(slot + EngineSlotLayout.KeyColor, state.KeyColor, 0, state.KeyColor.Length);
            for (var index = 0; index < playbackCount; ++index)
            {
                var entry = slot + EngineSlotLayout.Playbacks + index * PlaybackLayout.SizeBytes;
                var playback = state.Playbacks[index];
                _rate[0] = playback.Rate;
                region.WriteUInt64(entry + PlaybackLayout.UtteranceId, playback.UtteranceId);
                region.WriteInt64(entry + PlaybackLayout.PositionUs, playback.PositionUs);
                region.WriteInt64(entry + PlaybackLayout.AtNs, playback.AtNs);
                region.Write(entry + PlaybackLayout.Rate, _rate, 0, 1);
            }
            _ring.EndWrite();
        }
    }
}
