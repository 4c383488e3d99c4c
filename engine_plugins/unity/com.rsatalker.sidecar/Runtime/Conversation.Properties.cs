// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>What the inspector shows, and what scripts may change.</summary>
    public sealed partial class Conversation
    {
        [SerializeField]
        [Tooltip("The first head.")]
        private TalkingHead _headA;

        [SerializeField]
        [Tooltip("The second head.")]
        private TalkingHead _headB;

        [SerializeField]
        [Tooltip("Whether the two are related by blood.")]
        private Kinship _kinship = Kinship.NonBlood;

        [SerializeField]
        [Tooltip("Whether one of the two stands above the other.")]
        private SocialStatus _status = SocialStatus.Equal;

        [SerializeField]
        [Tooltip("Who stands above the other when their status is unequal.")]
        private Senior _senior = Senior.A;

        [SerializeField]
        [Range(0.05f, 1.5f)]
        [Tooltip("How much the relationship shows; 1 is as learned.")]
        private float _relationshipStrength = 1;

        [SerializeField]
        [Tooltip("The camera that looks at the heads; empty: the main camera.")]
        private Camera _viewer;

        [SerializeField]
        [Tooltip("Let the heads sit in the scene's light.")]
        private bool _sendsLight = true;

        [SerializeField]
        [Tooltip("The strongest light at the heads; empty: the sun of the lighting settings.")]
        private Light _keyLight;

        [SerializeField]
        [Tooltip("Pixels along each side of a frame; 0: the sidecar's default.")]
        private int _frameSizePx;

        [SerializeField]
        [Tooltip("Both eyes of a headset get pictures of their own; off: one picture for a flat display.")]
        private bool _stereo = true;

        [SerializeField]
        [Range(-500, 500)]
        [Tooltip("Above 0: faces are shown so many milliseconds later than their sound.")]
        private int _avOffsetMs;

        [SerializeField]
        [Tooltip("From mixing a sample until it is heard, milliseconds; below 0: as long as Unity's own buffers.")]
        private int _audioDelayMs = -1;

        [SerializeField]
        [Tooltip("Chance of blinks, nods and glances.")]
        private int _seed;

        [SerializeField]
        [Tooltip("Where to look for the sidecar.")]
        private SidecarPlace _place = SidecarPlace.Automatic;

        [SerializeField]
        [Tooltip("HTTP address of a sidecar, host:port, when it is not found by itself.")]
        private string _address = "";

        /// <summary>Token of a sidecar at an address or on the LAN; without it, RSATALKER_TOKEN. Not saved in the scene.</summary>
        [NonSerialized]
        public string Token = "";

        /// <summary>The first head; takes effect when the component is enabled again.</summary>
        public TalkingHead HeadA
        {
            get => _headA;
            set => _headA = value;
        }

        /// <summary>The second head; takes effect when the component is enabled again.</summary>
        public TalkingHead HeadB
        {
            get => _headB;
            set => _headB = value;
        }

        /// <summary>Whether the two are related by blood.</summary>
        public Kinship Kinship => _kinship;

        /// <summary>Whether one of the two stands above the other.</summary>
        public SocialStatus Status => _status;

        /// <summary>Who stands above the other when their status is unequal.</summary>
        public Senior Senior => _senior;

        /// <summary>The camera that looks at the heads; null: the main camera.</summary>
        public Camera Viewer
        {
            get => _viewer;
            set => _viewer = value;
        }

        /// <summary>Pixels along each side of a frame, 0: the sidecar's default; takes effect when enabled again.</summary>
        public int FrameSizePx
        {
            get => _frameSizePx;
            set => _frameSizePx = value;
        }

        /// <summary>Whether both eyes get pictures of their own; takes effect when enabled again.</summary>
        public bool Stereo
        {
            get => _stereo;
            set => _stereo = value;
        }

        /// <summary>Chance of blinks, nods and glances; takes effect when enabled again.</summary>
        public int Seed
        {
            get => _seed;
            set => _seed = value;
        }

        /// <summary>The strongest light at the heads; null: the sun of the lighting settings.</summary>
        public Light KeyLight
        {
            get => _keyLight;
            set => _keyLight = value;
        }

        /// <summary>Above 0: faces are shown so many milliseconds later than their sound, -500 to 500.</summary>
        public int AvOffsetMs
        {
            get => _avOffsetMs;
            set
            {
                var offsetMs = _avOffsetMs = Mathf.Clamp(value, -500, 500);
                _session?.Change(setup => setup.AvOffsetMs = offsetMs);
                Send((calls, id, stop) => calls.SetAvOffset(id, offsetMs, stop));
            }
        }

        /// <summary>Where to look for the sidecar; takes effect when the component is enabled again.</summary>
        public void LookAt(SidecarPlace place, string address = "", string token = "")
        {
            _place = place;
            _address = address;
            Token = token;
        }

        /// <summary>Changes who the two are to each other; holds for all motion from now on.</summary>
        public void SetRelationship(Kinship kinship, SocialStatus status, Senior senior = Senior.A, float strength = 1)
        {
            _kinship = kinship;
            _status = status;
            _senior = senior;
            _relationshipStrength = strength;
            var relationship = Relationship;
            _session?.Change(setup => setup.Relationship = relationship);
            Send((calls, id, stop) => calls.SetRelationship(id, relationship, strength, default, 0, stop));
        }

        private Relationship Relationship =>
            new Relationship { Kinship = _kinship, Status = _status, Senior = _senior };

        private void OnValidate()
        {
            if (_session != null)
            {
                SetRelationship(_kinship, _status, _senior, _relationshipStrength);
                AvOffsetMs = _avOffsetMs;
            }
        }
    }
}
