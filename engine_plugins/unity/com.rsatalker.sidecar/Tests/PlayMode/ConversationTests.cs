// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections;
using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;
using UnityEngine.TestTools;

namespace RsaTalker.Sidecar.Tests
{
    /// <summary>For a real engine, with `rsatalker serve` beside it; without a sidecar they say so and pass.</summary>
    public sealed class ConversationTests
    {
        private const int Patience = 1200; // frames

        private Conversation _conversation;

        [SetUp]
        public void MakeConversation()
        {
            var root = new GameObject("Conversation");
            root.SetActive(false);
            _conversation = root.AddComponent<Conversation>();
            _conversation.HeadA = MakeHead("mara", -0.6f);
            _conversation.HeadB = MakeHead("tomas", 0.6f);
            root.SetActive(true);
        }

        [TearDown]
        public void Remove()
        {
            Object.DestroyImmediate(_conversation.HeadA.gameObject);
            Object.DestroyImmediate(_conversation.HeadB.gameObject);
            Object.DestroyImmediate(_conversation.gameObject);
        }

        [UnityTest]
        public IEnumerator HeadSaysAClipToItsEnd()
        {
            yield return Until(() => _conversation.IsLive || _conversation.Sentence.StartsWith("No sidecar"));
            if (!_conversation.IsLive)
            {
                Debug.Log("Not tried: " + _conversation.Sentence);
                yield break;
            }
            var clip = AudioClip.Create("tone", 24000, 1, 48000, false);
            var utterance = _conversation.Speak(_conversation.HeadA, clip);
            yield return Until(() => utterance.IsOver);
            Assert.AreEqual(UtteranceState.Ended, utterance.State);
            Assert.IsTrue(_conversation.HeadA.HasPose);
            Assert.Greater(_conversation.HeadA.DrawnFrameNumber, 0);
        }

        [UnityTest]
        public IEnumerator ConversationWithoutItsSecondHeadSaysSo()
        {
            _conversation.enabled = false;
            _conversation.HeadB = _conversation.HeadA;
            _conversation.enabled = true;
            yield return null;
            Assert.AreEqual(SessionState.Refused, _conversation.State);
            Assert.IsTrue(_conversation.Sentence.StartsWith("The conversation needs two heads"));
            _conversation.HeadB = MakeHead("tomas", 0.6f);
        }

        private static IEnumerator Until(System.Func<bool> isSo)
        {
            for (var frame = 0; frame < Patience && !isSo(); ++frame)
            {
                yield return null;
            }
        }

        private static TalkingHead MakeHead(string avatar, float x)
        {
            var head = new GameObject(avatar, typeof(AudioSource), typeof(TalkingHead)).GetComponent<TalkingHead>();
            head.transform.position = new Vector3(x, 1.6f, 1);
            head.Avatar = avatar;
            return head;
        }
    }
}
