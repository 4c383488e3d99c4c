// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>One AudioSource of a head and what it plays. Main thread.</summary>
    internal sealed class VoiceSource
    {
        private const double HushS = 0.1; // longer than a mix takes: the gate is closed by then

        private readonly AudioSource _source;
        private readonly VoiceFilter _filter;
        private Utterance _sounding;
        private AudioClip _clip;
        private bool _cutIsSet;

        public VoiceSource(AudioSource source)
        {
            _source = source;
            _source.playOnAwake = false;
            var filter = source.GetComponent<VoiceFilter>(); // it outlives a domain reload
            _filter = filter != null ? filter : source.gameObject.AddComponent<VoiceFilter>();
            _filter.hideFlags = HideFlags.HideInInspector;
        }

        /// <summary>When its sound is over, on the audio clock; infinity: nobody knows.</summary>
        public double EndDspS { get; private set; } = double.NegativeInfinity;

        /// <summary>Whether it plays an utterance, or has played it last.</summary>
        public bool Has(Utterance utterance)
        {
            return _sounding == utterance;
        }

        /// <summary>Starts a clip on a moment of the audio clock.</summary>
        public void Play(Utterance utterance, AudioClip clip, double startDspS)
        {
            Prepare(utterance, clip, false);
            _filter.Gate.Open();
            _source.PlayScheduled(startDspS);
            EndDspS = startDspS + clip.length;
        }

        /// <summary>Starts a voice whose sound is still coming, over a constant; it waits for its buffer to fill.</summary>
        public void PlayVoice(Utterance utterance, AudioClip ones, double startDspS)
        {
            Prepare(utterance, ones, true);
            _source.spatializePostEffects = true; // a spatializer must hear the voice, not the constant
            _filter.Buffer = utterance.Voice;
            _filter.Gate.Open();
            utterance.Voice.AllowFrom(startDspS);
            _source.PlayScheduled(AudioSettings.dspTime);
            EndDspS = double.PositiveInfinity;
        }

        /// <summary>Ends the sound at its cut, and when it is over.</summary>
        public void Tend(Utterance utterance)
        {
            if (utterance.CutAtUs >= 0 && !_cutIsSet)
            {
                _cutIsSet = true;
                EndAt(utterance.StartDspS + utterance.CutAtUs / 1e6);
            }
            if (utterance.State == UtteranceState.Failed)
            {
                Hush();
            }
            else if (utterance.IsOver)
            {
                Stop();
            }
        }

        /// <summary>Goes on where it was after the audio device was changed, which stops every source.</summary>
        public bool Resume(Utterance utterance, double heardS, double startDspS)
        {
            if (utterance.Voice != null)
            {
                utterance.Voice.MoveTo(startDspS - System.Math.Min(heardS, 0));
                _filter.Buffer = utterance.Voice; // with the rate of the new device
                _filter.Gate.OpenAt(startDspS);
                _source.PlayScheduled(AudioSettings.dspTime);
                return true;
            }
            if (heardS >= _clip.length)
            {
                return false;
            }
            _source.clip = _clip;
            _source.time = Mathf.Max((float)heardS, 0);
            _filter.Gate.OpenAt(startDspS);
            _source.PlayScheduled(startDspS - System.Math.Min(heardS, 0));
            EndDspS = startDspS + _clip.length - heardS;
            return true;
        }

        /// <summary>Ends what sounds now without a click.</summary>
        public void Hush()
        {
            if (_sounding != null && _source != null) // it may be destroyed before its head is left
            {
                EndAt(AudioSettings.dspTime);
            }
            _sounding = null;
        }

        private void Stop()
        {
            _sounding = null;
            EndDspS = double.NegativeInfinity;
            _filter.Buffer = null;
            _source.Stop();
            _source.clip = null;
        }

        private void EndAt(double dspS)
        {
            _filter.Gate.CloseAt(dspS);
            EndDspS = System.Math.Max(dspS, AudioSettings.dspTime) + HushS;
            _source.SetScheduledEndTime(EndDspS);
        }

        private void Prepare(Utterance utterance, AudioClip clip, bool loops)
        {
            Stop();
            _sounding = utterance;
            _clip = clip;
            _cutIsSet = false;
            _source.clip = clip;
            _source.loop = loops;
            _source.pitch = 1; // the timeline of the face is that of the samples
        }
    }
}
