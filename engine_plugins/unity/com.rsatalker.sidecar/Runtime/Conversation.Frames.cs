// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>What happens in each frame of the display; no garbage.</summary>
    public sealed partial class Conversation
    {
        private const long NsPerFrame = 11000000; // of a display of 90 Hz
        private const int DisplayFrames = 2; // from the script to the eye

        private readonly EngineState _state = new EngineState();
        private readonly HeadClock[] _headClocks = { new HeadClock(), new HeadClock() };
        private readonly ViewerEyes _eyes = new ViewerEyes();
        private readonly SceneLight _light = new SceneLight();
        private readonly float[] _place16 = new float[16];
        private Action _write;

        // Takes over what is new, starts sounds whose motion has come, and gives both heads their pose.
        private void Tick()
        {
            if (_heads[0] == null || _heads[1] == null)
            {
                throw new InvalidOperationException(Sentences.HeadIsGone(_heads[0] == null ? 0 : 1));
            }
            var nowNs = HostClock.NowNs;
            _clock.Observe(AudioSettings.dspTime, nowNs);
            if (_session.Poll())
            {
                BeginAnew();
            }
            if (_session.Link == null)
            {
                return;
            }
            _session.Link.ReadMotion(_motion);
            _lastAudioS = _clock.At(nowNs);
            Sound(_lastAudioS);
            for (var head = 0; head < _heads.Length; ++head)
            {
                Pose(head, (nowNs - _lastNs) / 1e9);
            }
            _lastNs = nowNs;
        }

        // Behind all scripts and animators: where heads and eyes are now, and the newest frames. While the sidecar is away
        // the last ones stay.
        private void Show()
        {
            var link = _session.Link;
            if (link != null)
            {
                Write();
            }
            for (var head = 0; head < _heads.Length; ++head)
            {
                var shown = _heads[head];
                if (shown == null || !shown.ShowsHead || !shown.isActiveAndEnabled || shown.Refusal.Length > 0)
                {
                    continue;
                }
                if (link != null && link.ReadFrame(head, shown.Drawing.Frame))
                {
                    shown.Drawing.Upload();
                    _meter.Note(head, shown.Drawing.Frame.RequestedNs, HostClock.NowNs);
                }
                shown.WritePlace(_place16, 0, _scratch);
                shown.Drawing.Draw(_place16, shown.transform.position, shown.gameObject.layer);
            }
        }

        private void Write()
        {
            var nowNs = HostClock.NowNs;
            ++_state.PoseId;
            _state.DisplayNs = nowNs + DisplayFrames * NsPerFrame;
            _eyes.Write(_state, CurrentViewer);
            for (var head = 0; head < _heads.Length; ++head)
            {
                _heads[head].WritePlace(_state.WorldFromHead, 16 * head, _scratch);
            }
            _state.HasLight = false;
            if (_sendsLight)
            {
                var middle = (_heads[0].transform.position + _heads[1].transform.position) / 2;
                _light.Write(_state, middle, _keyLight != null ? _keyLight : RenderSettings.sun);
            }
            _schedule.Report(_state, _clock, nowNs);
            _session.Link.Write(_state);
        }

        // In a headset the eyes are known best just before they are drawn for.
        private void WriteLateEyes()
        {
            if (_session?.Link != null && _problem.Length == 0 && CurrentViewer != null && CurrentViewer.stereoEnabled)
            {
                Guarded(_write ??= Write);
            }
        }

        private void Pose(int head, double elapsedS)
        {
            var clock = _headClocks[head];
            clock.Run(elapsedS, _motion.EndUs);
            for (var index = 0; index < _schedule.Utterances.Count; ++index)
            {
                var utterance = _schedule.Utterances[index];
                var isDry = utterance.Voice != null && !utterance.Voice.IsFlowing;
                if (utterance.Participant == head && utterance.State == UtteranceState.Playing && !isDry)
                {
                    var heardUs = _schedule.HeardUs(utterance, _lastAudioS) - 1000 * _avOffsetMs;
                    clock.Follow(_motion.TimelineOf(head, utterance.Id, heardUs));
                }
            }
            var isRefused = _heads[head].Refusal.Length > 0; // another avatar only stands in for it
            _heads[head].HasPose = !isRefused && _motion.Sample(head, clock.TimelineUs, _heads[head].Pose);
        }

        private Camera CurrentViewer => _viewer != null ? _viewer : Camera.main;
    }
}
