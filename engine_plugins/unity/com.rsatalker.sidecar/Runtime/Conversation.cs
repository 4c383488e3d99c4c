// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// Two heads that talk to each other. While it is enabled in Play mode it finds the sidecar, makes the conversation, and
    /// begins again whenever the sidecar went away. Nothing blocks and nothing is thrown: see State and Sentence. Main thread.
    /// </summary>
    [DisallowMultipleComponent]
    [DefaultExecutionOrder(100)] // its LateUpdate is behind those that move heads and cameras
    [AddComponentMenu("RSATalker/Conversation")]
    public sealed partial class Conversation : MonoBehaviour
    {
        private readonly MotionTrack _motion = new MotionTrack();
        private readonly AudioClock _clock = new AudioClock();
        private readonly SoundSchedule _schedule = new SoundSchedule();
        private readonly TalkingHead[] _heads = new TalkingHead[2];
        private readonly FrameMeter _meter = new FrameMeter();
        private readonly float[] _scratch = new float[16];
        private SidecarSession _session;
        private SessionState _shownState;
        private string _problem = "";
        private volatile string _refusal = "";
        private Action _tick; // kept: a delegate made anew each frame would be garbage
        private Action _show;
        private long _lastNs;
        private double _lastAudioS;

        /// <summary>The state or its sentence has changed. Main thread.</summary>
        public event Action<Conversation> StateChanged;

        /// <summary>How far the conversation is.</summary>
        public SessionState State =>
            _problem.Length > 0 ? SessionState.Refused : _session != null ? _session.State : SessionState.Stopped;

        /// <summary>What is wrong and what to do about it; empty when all is well.</summary>
        public string Sentence
        {
            get
            {
                if (_problem.Length > 0)
                {
                    return _problem;
                }
                var sentence = _session != null ? _session.Sentence : Sentences.Stopped;
                return sentence.Length > 0 ? sentence : _refusal;
            }
        }

        /// <summary>Whether both heads live; one alone if the other's avatar was refused, see its Refusal.</summary>
        public bool IsLive => State == SessionState.Live && _session.Link != null;

        /// <summary>The sidecar; null before it was found.</summary>
        public SidecarInfo Sidecar => _session?.Info;

        /// <summary>What the sidecar measures while its window is open; null otherwise.</summary>
        public ConversationHealth Health => _session?.Health;

        /// <summary>New frames of the first head a second.</summary>
        public float FramesPerSecond => _meter.PerSecond;

        /// <summary>From writing the eyes to the frame that was drawn for them, milliseconds.</summary>
        public float LatencyMs => _meter.LatencyMs;

        internal bool WantsHealth
        {
            set
            {
                if (_session != null)
                {
                    _session.WantsHealth = value;
                }
            }
        }

        private void OnEnable()
        {
            _problem = _refusal = "";
            Guarded(Begin);
        }

        private void OnDisable()
        {
            Guarded(End);
        }

        private void Begin()
        {
            AudioSettings.OnAudioConfigurationChanged += TakeAudioDevice;
            Application.onBeforeRender += WriteLateEyes;
            _heads[0] = _headA;
            _heads[1] = _headB;
            if (_headA == null || _headB == null || _headA == _headB)
            {
                throw new InvalidOperationException(
                    "The conversation needs two heads: set Head A and Head B to two Talking Head objects.");
            }
            var setup = new ConversationSetup
            {
                Relationship = Relationship,
                FrameSizePx = _frameSizePx,
                Layers = _stereo ? 2 : 1,
                MotionOnly = !_headA.ShowsHead && !_headB.ShowsHead,
                PixelsPerDegree = ViewerEyes.PixelsPerDegree(CurrentViewer),
                Seed = unchecked((ulong)_seed),
                AvOffsetMs = _avOffsetMs,
            };
            for (var head = 0; head < _heads.Length; ++head)
            {
                if (string.IsNullOrEmpty(_heads[head].Avatar))
                {
                    throw new InvalidOperationException(Sentences.OneAvatarMissing(head));
                }
                _heads[head].Join(this);
                _heads[head].Describe(setup.Participants[head], _scratch);
            }
            TakeAudioDevice(false);
            var client = "Unity " + Application.unityVersion + " com.rsatalker.sidecar " + PackageVersion.Text;
            _session = new SidecarSession(new SidecarFinder(_place, _address, Token), setup, client);
        }

        private void End()
        {
            AudioSettings.OnAudioConfigurationChanged -= TakeAudioDevice;
            Application.onBeforeRender -= WriteLateEyes;
            _session?.Dispose();
            _session = null;
            FailAll(Sentences.Stopped);
            foreach (var head in _heads)
            {
                if (head != null)
                {
                    head.Leave();
                }
            }
            _motion.Clear();
            Tell();
        }

        private void Update()
        {
            if (_session != null && _problem.Length == 0)
            {
                Guarded(_tick ??= Tick);
            }
            if (_session != null && _problem.Length > 0)
            {
                Guarded(End); // nobody looks at it any more
            }
            Tell();
        }

        private void LateUpdate()
        {
            if (_session != null && _problem.Length == 0)
            {
                Guarded(_show ??= Show);
            }
        }

        // With another link, or with none. (Reset would be a message: the editor sends it to a component that is added.)
        private void BeginAnew()
        {
            _motion.Clear();
            FailAll(Sentences.Interrupted);
            _refusal = "";
            _lastNs = HostClock.NowNs;
            if (_session.Link != null && _relationshipStrength != 1)
            {
                SetRelationship(_kinship, _status, _senior, _relationshipStrength);
            }
            for (var head = 0; head < _heads.Length; ++head)
            {
                _heads[head].Refusal = _session.Link != null ? _session.Refusals[head] : "";
                _heads[head].HasPose = false;
            }
        }

        // Nothing escapes a message of Unity's: what fails stands in Sentence until the component is enabled again.
        private void Guarded(Action step)
        {
            try
            {
                step();
            }
            catch (Exception failure)
            {
                _problem = failure is InvalidOperationException || failure is RegionException || failure is SidecarException
                    ? failure.Message
                    : Sentences.Unexpected(failure);
            }
        }

        private void Tell()
        {
            if (State != _shownState)
            {
                _shownState = State;
                StateChanged?.Invoke(this);
            }
        }
    }
}
