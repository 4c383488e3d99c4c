// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// Plays what one head says through its AudioSource: clips on the sample that the schedule names, growing voices through
    /// a filter. Main thread.
    /// </summary>
    internal sealed class HeadVoice
    {
        private const int OnesHz = 48000;

        private readonly AudioSource _source;
        private StreamingVoicePlayer _player;
        private AudioClip _ones;
        private Utterance _sounding;
        private AudioClip _clip;
        private bool _endIsSet;

        public HeadVoice(AudioSource source)
        {
            _source = source;
            _source.playOnAwake = false;
        }

        /// <summary>Starts a clip on a moment of the audio clock.</summary>
        public void Play(Utterance utterance, AudioClip clip, double startDspS)
        {
            Prepare(utterance, clip, false);
            _source.PlayScheduled(startDspS);
        }

        /// <summary>Starts a voice whose sound is still coming; it waits for its buffer to fill.</summary>
        public void Play(Utterance utterance)
        {
            if (_player == null)
            {
                _player = _source.gameObject.AddComponent<StreamingVoicePlayer>();
                _player.hideFlags = HideFlags.HideAndDontSave;
            }
            _ones = _ones != null ? _ones : MakeOnes();
            Prepare(utterance, _ones, true);
            _source.spatializePostEffects = true; // a spatializer must hear the voice, not the constant
            _player.Buffer = utterance.Voice;
            utterance.Voice.Allow(true);
            _source.Play();
        }

        /// <summary>Ends the sound at its cut, and when it is over.</summary>
        public void Tend(Utterance utterance)
        {
            if (_sounding != utterance)
            {
                return;
            }
            if (utterance.CutAtUs >= 0 && !_endIsSet)
            {
                _endIsSet = true;
                if (utterance.Voice == null)
                {
                    _source.SetScheduledEndTime(utterance.StartDspS + utterance.CutAtUs / 1e6);
                }
            }
            if (utterance.IsOver)
            {
                Stop();
            }
        }

        /// <summary>Goes on where it was after the audio device was changed, which stops every source.</summary>
        public bool Resume(Utterance utterance, double heardS, double startDspS)
        {
            if (_sounding != utterance || (utterance.Voice == null && heardS >= _clip.length))
            {
                return false;
            }
            if (utterance.Voice == null)
            {
                _source.clip = _clip;
                _source.time = Mathf.Max((float)heardS, 0);
                _source.PlayScheduled(startDspS);
            }
            else
            {
                _source.Play();
            }
            return true;
        }

        public void Stop()
        {
            _sounding?.Voice?.Allow(false);
            _sounding = null;
            if (_player != null)
            {
                _player.Buffer = null;
            }
            if (_source != null)
            {
                _source.Stop();
                _source.clip = null;
            }
        }

        private void Prepare(Utterance utterance, AudioClip clip, bool loops)
        {
            Stop();
            _sounding = utterance;
            _clip = clip;
            _endIsSet = false;
            _source.clip = clip;
            _source.loop = loops;
            _source.pitch = 1; // the timeline of the face is that of the samples
        }

        private static AudioClip MakeOnes()
        {
            var ones = new float[OnesHz];
            System.Array.Fill(ones, 1f);
            var clip = AudioClip.Create("RSATalker voice", OnesHz, 1, OnesHz, false);
            clip.SetData(ones, 0);
            return clip;
        }
    }
}
