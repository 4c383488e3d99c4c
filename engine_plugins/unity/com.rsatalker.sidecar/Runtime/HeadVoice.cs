// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// Plays what one head says, on the sample that the schedule names: through its AudioSource, and in alternation through a
    /// hidden one at the same place, because a source can't be told what follows while it sounds. Main thread.
    /// </summary>
    internal sealed class HeadVoice
    {
        private const int OnesHz = 48000;
        private const string OtherName = "RSATalker other voice";

        private readonly AudioSource _own;
        private readonly VoiceSource _first;
        private AudioSource _twin;
        private VoiceSource _second; // made when it is needed first
        private AudioClip _ones;

        public HeadVoice(AudioSource source)
        {
            _own = source;
            _first = new VoiceSource(source);
        }

        /// <summary>Starts a clip on a moment of the audio clock.</summary>
        public void Play(Utterance utterance, AudioClip clip, double startDspS)
        {
            FreeSource().Play(utterance, clip, startDspS);
        }

        /// <summary>Starts a voice whose sound is still coming.</summary>
        public void Play(Utterance utterance, double startDspS)
        {
            _ones = _ones != null ? _ones : MakeOnes();
            FreeSource().PlayVoice(utterance, _ones, startDspS);
        }

        /// <summary>Ends the sound at its cut, and when it is over.</summary>
        public void Tend(Utterance utterance)
        {
            SourceOf(utterance)?.Tend(utterance);
            if (_second != null)
            {
                SourceSettings.Follow(_own, _twin);
            }
        }

        /// <summary>Goes on where it was after the audio device was changed; false: it was over.</summary>
        public bool Resume(Utterance utterance, double heardS, double startDspS)
        {
            var source = SourceOf(utterance);
            return source != null && source.Resume(utterance, heardS, startDspS);
        }

        /// <summary>Ends everything without a click.</summary>
        public void Hush()
        {
            _first.Hush();
            _second?.Hush();
        }

        /// <summary>Lets go of what it has made; what sounds ends with its object.</summary>
        public void Dispose()
        {
            Object.Destroy(_ones);
            _ones = null;
        }

        private VoiceSource SourceOf(Utterance utterance)
        {
            return _first.Has(utterance) ? _first : _second != null && _second.Has(utterance) ? _second : null;
        }

        private VoiceSource FreeSource()
        {
            if (_first.EndDspS <= AudioSettings.dspTime)
            {
                return _first;
            }
            if (_second == null)
            {
                _twin = FindOrMakeTwin();
                _second = new VoiceSource(_twin);
            }
            SourceSettings.Copy(_own, _twin);
            return _second.EndDspS <= _first.EndDspS ? _second : _first;
        }

        private AudioSource FindOrMakeTwin()
        {
            var place = _own.transform.Find(OtherName); // it outlives a domain reload
            if (place == null)
            {
                place = new GameObject(OtherName, typeof(AudioSource)).transform;
                place.gameObject.hideFlags = HideFlags.HideInHierarchy;
                place.SetParent(_own.transform, false);
            }
            return place.GetComponent<AudioSource>();
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
