// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections;
using RsaTalker.Sidecar;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>
    /// Builds a table with two heads, and lets them say clips in turn. Put it on an empty object of an empty scene, drop two
    /// or more clips into Lines, and press Play.
    /// </summary>
    public sealed class TwoHeadsAtATable : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("What they say, in turn: the first line is head A's. Load Type: Decompress On Load.")]
        private AudioClip[] _lines = new AudioClip[0];

        [SerializeField]
        private float _pauseS = 0.3f;

        private Conversation _conversation;

        private void Start()
        {
            var table = GameObject.CreatePrimitive(PrimitiveType.Cube);
            table.transform.position = new Vector3(0, 0.7f, 0.8f);
            table.transform.localScale = new Vector3(1.4f, 0.05f, 0.8f);
            var root = new GameObject("Conversation");
            root.SetActive(false); // until both heads are set
            _conversation = root.AddComponent<Conversation>();
            _conversation.HeadA = MakeHead("mara", new Vector3(-0.6f, 1.3f, 0.8f), 117);
            _conversation.HeadB = MakeHead("tomas", new Vector3(0.6f, 1.3f, 0.8f), 243);
            _conversation.StateChanged += shown => Debug.Log("RSATalker: " + shown.State + " " + shown.Sentence);
            root.SetActive(true);
            _conversation.SetRelationship(Kinship.NonBlood, SocialStatus.Unequal, Senior.A);
            StartCoroutine(Talk());
        }

        private IEnumerator Talk()
        {
            for (var line = 0; line < _lines.Length; ++line)
            {
                yield return new WaitUntil(() => _conversation.IsLive);
                var head = line % 2 == 0 ? _conversation.HeadA : _conversation.HeadB;
                var utterance = _conversation.Speak(head, _lines[line]);
                yield return new WaitUntil(() => utterance.IsOver);
                if (utterance.State == UtteranceState.Failed)
                {
                    Debug.LogWarning(utterance.Sentence);
                }
                yield return new WaitForSeconds(_pauseS);
            }
        }

        private static TalkingHead MakeHead(string avatar, Vector3 place, float yaw)
        {
            var head = new GameObject(avatar, typeof(AudioSource), typeof(TalkingHead)).GetComponent<TalkingHead>();
            head.transform.SetPositionAndRotation(place, Quaternion.Euler(0, yaw, 0));
            head.GetComponent<AudioSource>().spatialBlend = 1;
            head.Avatar = avatar;
            return head;
        }
    }
}
