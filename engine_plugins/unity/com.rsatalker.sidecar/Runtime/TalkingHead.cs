// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>How a head feels.</summary>
    public enum HeadMood
    {
        Neutral,
        Happy,
        Sad,
        Angry,
        Afraid,
        Surprised,
        Disgusted,
        Tender,
    }

    /// <summary>
    /// One of the two heads of a conversation. It stands where its object stands and looks along the object's z; the
    /// object's scale does not count. Main thread.
    /// </summary>
    [DisallowMultipleComponent]
    [RequireComponent(typeof(AudioSource))]
    [AddComponentMenu("RSATalker/Talking Head")]
    public sealed class TalkingHead : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("Name of an avatar that the sidecar offers; Window > RSATalker lists them.")]
        private string _avatar = "";

        [SerializeField]
        [Tooltip("How the head feels.")]
        private HeadMood _mood = HeadMood.Neutral;

        [SerializeField]
        [Range(0.05f, 1.5f)]
        [Tooltip("How much of the mood shows; 1 is natural.")]
        private float _moodStrength = 1;

        [SerializeField]
        [Range(0.05f, 2)]
        [Tooltip("Opening of the jaw as a multiple of what the model makes.")]
        private float _jawStrength = 1;

        [SerializeField]
        [Range(0.05f, 2)]
        [Tooltip("Movement of the lips as a multiple of what the model makes.")]
        private float _lipStrength = 1;

        [SerializeField]
        [Tooltip("Draw the head. Off: it only drives a mesh, by an ARKit Face component.")]
        private bool _showsHead = true;

        private readonly FlamePose _pose = new FlamePose();
        private HeadVoice _voice;
        private HeadDrawing _drawing;
        private Conversation _conversation;

        /// <summary>Name of an avatar that the sidecar offers; takes effect when the conversation is made.</summary>
        public string Avatar
        {
            get => _avatar;
            set => _avatar = value;
        }

        /// <summary>How the head feels; the face goes over to it within a second.</summary>
        public HeadMood Mood
        {
            get => _mood;
            set => SetMood(value, _moodStrength);
        }

        /// <summary>How much of the mood shows, above 0 to 1.5.</summary>
        public float MoodStrength
        {
            get => _moodStrength;
            set => SetMood(_mood, value);
        }

        /// <summary>Whether the head is drawn. Off: it only drives a mesh.</summary>
        public bool ShowsHead
        {
            get => _showsHead;
            set => _showsHead = value;
        }

        /// <summary>The motion that the head shows now; valid while HasPose. Hands out the same object always.</summary>
        public FlamePose Pose => _pose;

        /// <summary>Whether there is motion.</summary>
        public bool HasPose { get; internal set; }

        /// <summary>Why the sidecar refused the avatar, while the other head lives on; empty: it did not.</summary>
        public string Refusal { get; internal set; } = "";

        /// <summary>The conversation it takes part in; null: none.</summary>
        public Conversation Conversation => _conversation;

        /// <summary>Number of the frame that is shown; a gap means dropped frames; 0: none yet.</summary>
        public ulong DrawnFrameNumber => _drawing != null && _drawing.HasFrame ? _drawing.Frame.FrameNumber : 0;

        /// <summary>What it is drawn with; null before its first frame.</summary>
        internal HeadDrawing Drawing => _drawing;

        internal HeadVoice Voice => _voice;

        /// <summary>Sets mood and strength at once.</summary>
        public void SetMood(HeadMood mood, float strength)
        {
            _mood = mood;
            _moodStrength = strength;
            SendManner();
        }

        /// <summary>Sets how strongly jaw and lips move, above 0 to 2 each.</summary>
        public void SetStyle(float jawStrength, float lipStrength)
        {
            _jawStrength = jawStrength;
            _lipStrength = lipStrength;
            SendManner();
        }

        internal void Join(Conversation conversation)
        {
            _conversation = conversation;
            _voice = _voice ?? new HeadVoice(GetComponent<AudioSource>());
            _drawing = _drawing ?? new HeadDrawing();
        }

        internal void Leave()
        {
            _conversation = null;
            Refusal = "";
            HasPose = false;
            _voice?.Hush();
            _drawing?.Dispose();
            _drawing = null;
        }

        internal void Describe(ParticipantSetup setup, float[] scratch)
        {
            setup.Avatar = _avatar ?? "";
            setup.Mood = new Mood { Name = _mood.ToString().ToLowerInvariant(), Strength = _moodStrength };
            setup.Style = new Style { JawStrength = _jawStrength, LipStrength = _lipStrength };
            WritePlace(setup.WorldFromHead, 0, scratch);
        }

        /// <summary>Writes where the head stands, 4 x 4 of the protocol.</summary>
        internal void WritePlace(float[] matrix, int start, float[] scratch)
        {
            var position = transform.position;
            var rotation = transform.rotation;
            UnitySpace.SetHead(
                matrix, start, position.x, position.y, position.z, rotation.x, rotation.y, rotation.z, rotation.w, scratch);
        }

        private void OnDestroy() // perhaps before its conversation has left it
        {
            _drawing?.Dispose();
            _drawing = null;
            _voice?.Dispose();
        }

        private void OnValidate()
        {
            SendManner();
        }

        private void SendManner()
        {
            if (_conversation != null)
            {
                _conversation.SendManner(this);
            }
        }
    }
}
