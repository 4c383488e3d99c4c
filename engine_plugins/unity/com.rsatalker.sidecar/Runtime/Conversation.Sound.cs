// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>How what the heads say is played, also on another audio device.</summary>
    public sealed partial class Conversation
    {
        // Starts the sounds whose motion has come, ends those that are over.
        private void Sound(double audioS)
        {
            for (var index = _schedule.Utterances.Count - 1; index >= 0; --index)
            {
                var utterance = _schedule.Utterances[index];
                var voice = _heads[utterance.Participant].Voice;
                var startS = _schedule.StartOf(utterance, audioS, _motion.EndUs);
                if (!double.IsNaN(startS) && utterance.CutAtUs < 0)
                {
                    _schedule.Start(utterance, startS);
                    Play(voice, utterance, startS);
                    UtteranceStarted?.Invoke(utterance);
                }
                else if (utterance.State == UtteranceState.Waiting && utterance.CutAtUs >= 0)
                {
                    utterance.Become(UtteranceState.Cancelled);
                }
                voice.Tend(utterance);
                if (utterance.IsOver)
                {
                    Forget(utterance);
                }
            }
        }

        private void Play(HeadVoice voice, Utterance utterance, double startS)
        {
            if (utterance.Voice != null)
            {
                voice.Play(utterance, startS);
            }
            else
            {
                voice.Play(utterance, _clips[utterance], startS);
            }
        }

        private void TakeAudioDevice(bool deviceWasChanged)
        {
            AudioSettings.GetDSPBufferSize(out var length, out var count);
            var bufferS = length / (double)AudioSettings.outputSampleRate;
            _clock.Reset(bufferS);
            _schedule.OutputDelayS = _audioDelayMs < 0 ? (count - 1) * bufferS : _audioDelayMs / 1000.0;
            _schedule.StartLeadS = 3 * bufferS;
            for (var index = 0; deviceWasChanged && index < _schedule.Utterances.Count; ++index)
            {
                var utterance = _schedule.Utterances[index];
                if (utterance.State == UtteranceState.Playing)
                {
                    Resume(utterance);
                }
            }
        }

        private void Resume(Utterance utterance)
        {
            var heardS = _schedule.HeardUs(utterance, _lastAudioS) / 1e6; // below 0: it was scheduled, not begun
            var startS = AudioSettings.dspTime + _schedule.StartLeadS;
            if (_heads[utterance.Participant].Voice.Resume(utterance, heardS, startS))
            {
                utterance.StartDspS = startS - heardS;
            }
        }

        private void FailAll(string sentence)
        {
            for (var index = _schedule.Utterances.Count - 1; index >= 0; --index)
            {
                var utterance = _schedule.Utterances[index];
                if (!utterance.IsOver)
                {
                    utterance.Fail(sentence);
                }
                _heads[utterance.Participant].Voice?.Hush();
                Forget(utterance);
            }
        }

        private void Forget(Utterance utterance)
        {
            _clips.Remove(utterance);
            _schedule.Remove(utterance);
            UtteranceEnded?.Invoke(utterance);
        }
    }
}
