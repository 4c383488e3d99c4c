// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>The newest state of the engine, until it is sent. Two threads.</summary>
    internal sealed class StreamedState
    {
        private const double NsPerUs = 1000;

        private readonly object _gate = new object();
        private readonly JsonWriter _newest = new JsonWriter();
        private readonly EngineState _state = new EngineState();
        private bool _hasState;

        /// <summary>Keeps a state in place of one that was not sent; main thread.</summary>
        public void Set(EngineState state)
        {
            lock (_gate)
            {
                _state.CopyFrom(state);
                _hasState = true;
            }
        }

        /// <summary>Returns the request that tells the newest state; null before the first.</summary>
        public string Request(string id)
        {
            lock (_gate)
            {
                return _hasState ? Written(id) : null;
            }
        }

        private string Written(string id)
        {
            var json = _newest.Clear().Field("conversationId", id).Field("poseId", _state.PoseId);
            json.BeginList("eyes");
            for (var eye = 0; eye < _state.EyeCount; ++eye)
            {
                var view = _state.Eyes[eye];
                json.BeginItem().Field("cameraFromWorld", view.CameraFromWorld).Field("tangents", view.Tangents);
                json.Field("nearM", view.NearM).Field("farM", view.FarM).End();
            }
            json.EndList().Field("worldFromHeads", _state.WorldFromHead).BeginList("playbacks");
            for (var index = 0; index < _state.PlaybackCount; ++index)
            {
                var playback = _state.Playbacks[index];
                var sinceUs = playback.Rate * (HostClock.NowNs - playback.AtNs) / NsPerUs; // heard when the call arrives
                json.BeginItem().Field("utteranceId", playback.UtteranceId);
                json.Field("positionUs", playback.PositionUs + (long)sinceUs).Field("rate", playback.Rate).End();
            }
            json.EndList();
            if (_state.HasLight)
            {
                json.Begin("light").Field("probe", _state.Probe).Field("keyDirection", _state.KeyDirection);
                json.Field("keyColor", _state.KeyColor).End();
            }
            return json.ToString();
        }
    }
}
