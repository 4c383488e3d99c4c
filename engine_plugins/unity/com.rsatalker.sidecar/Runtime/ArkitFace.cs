// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections.Generic;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// Lets a head move a mesh of yours: ARKit blend shapes, found by their names, and bones for neck and eyes if you name
    /// them. Instead of the head's own picture or beside it. Main thread.
    /// </summary>
    [AddComponentMenu("RSATalker/ARKit Face")]
    public sealed class ArkitFace : MonoBehaviour
    {
        private const float FullWeight = 100; // Unity counts blend shapes in percent

        [SerializeField]
        [Tooltip("The head that moves the mesh; empty: the one on this object or above it.")]
        private TalkingHead _head;

        [SerializeField]
        [Tooltip("Mesh with blend shapes; empty: the one on this object.")]
        private SkinnedMeshRenderer _face;

        [SerializeField]
        [Range(0, 2)]
        [Tooltip("Multiple of every weight.")]
        private float _strength = 1;

        [SerializeField]
        [Tooltip("Bone that nods and turns; may be empty.")]
        private Transform _neck;

        [SerializeField]
        [Tooltip("Bone of the left eye, as the character sees it; may be empty.")]
        private Transform _leftEye;

        [SerializeField]
        [Tooltip("Bone of the right eye, as the character sees it; may be empty.")]
        private Transform _rightEye;

        private readonly List<BlendShapeMatch> _matches = new List<BlendShapeMatch>();
        private BoneTurn _neckTurn;
        private BoneTurn _leftTurn;
        private BoneTurn _rightTurn;
        private SkinnedMeshRenderer _matched;

        /// <summary>How many of the 52 weights have found a blend shape.</summary>
        public int MatchCount => _matches.Count;

        /// <summary>The head that moves the mesh.</summary>
        public TalkingHead Head
        {
            get => _head;
            set => _head = value;
        }

        /// <summary>The mesh that is moved; its blend shapes are looked up again when it changes.</summary>
        public SkinnedMeshRenderer Face
        {
            get => _face;
            set => _face = value;
        }

        /// <summary>Bone that nods and turns; takes effect when the component is enabled again.</summary>
        public Transform Neck
        {
            get => _neck;
            set => _neck = value;
        }

        /// <summary>Bones of the eyes, as the character sees them; take effect when the component is enabled again.</summary>
        public void SetEyes(Transform left, Transform right)
        {
            _leftEye = left;
            _rightEye = right;
        }

        private void OnEnable()
        {
            _head = _head != null ? _head : GetComponentInParent<TalkingHead>();
            _face = _face != null ? _face : GetComponent<SkinnedMeshRenderer>();
            _neckTurn = new BoneTurn(_neck);
            _leftTurn = new BoneTurn(_leftEye);
            _rightTurn = new BoneTurn(_rightEye);
        }

        private void LateUpdate() // behind animators, and behind the conversation's Update, which fills the pose
        {
            if (_head == null || !_head.HasPose)
            {
                return;
            }
            if (_face != _matched)
            {
                Match();
            }
            var pose = _head.Pose;
            for (var index = 0; index < _matches.Count; ++index)
            {
                var match = _matches[index];
                _face.SetBlendShapeWeight(match.Shape, FullWeight * _strength * pose.Arkit[match.Weight]);
            }
            _neckTurn.Turn(pose.NeckPose, 0);
            _leftTurn.Turn(pose.EyePose, 0);
            _rightTurn.Turn(pose.EyePose, 3);
        }

        private void Match()
        {
            _matches.Clear();
            _matched = _face;
            var mesh = _face != null ? _face.sharedMesh : null;
            for (var shape = 0; mesh != null && shape < mesh.blendShapeCount; ++shape)
            {
                var weight = ArkitNames.IndexOf(mesh.GetBlendShapeName(shape));
                if (weight >= 0)
                {
                    _matches.Add(new BlendShapeMatch(shape, weight));
                }
            }
        }

        private readonly struct BlendShapeMatch
        {
            public readonly int Shape;
            public readonly int Weight;

            public BlendShapeMatch(int shape, int weight)
            {
                Shape = shape;
                Weight = weight;
            }
        }

        // A bone and how it stood when the component was enabled.
        private readonly struct BoneTurn
        {
            private readonly Transform _bone;
            private readonly Quaternion _rest;

            public BoneTurn(Transform bone)
            {
                _bone = bone;
                _rest = bone != null ? bone.localRotation : Quaternion.identity;
            }

            public void Turn(float[] axisAngle, int start)
            {
                if (_bone == null)
                {
                    return;
                }
                // An axis is a pseudovector: where x changes its sign, the other two do.
                var axis = new Vector3(axisAngle[start], -axisAngle[start + 1], -axisAngle[start + 2]);
                _bone.localRotation = Quaternion.AngleAxis(axis.magnitude * Mathf.Rad2Deg, axis.normalized) * _rest;
            }
        }
    }
}
