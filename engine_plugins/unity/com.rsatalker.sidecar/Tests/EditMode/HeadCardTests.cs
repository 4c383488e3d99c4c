// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class HeadCardTests
    {
        private readonly View _view = new View();
        private readonly float[] _then = new float[16];
        private readonly HeadCard _card = new HeadCard();
        private readonly float[] _point = new float[3];

        [SetUp]
        public void LookAtAHeadTwoMetresAhead()
        {
            UnitySpace.SetHead(_then, 0, 0, 1, 2, 0, 0, 0, 1, new float[16]);
            var view = new float[] { 1, 0, 0, 0, 0, 1, 0, -1, 0, 0, -1, 0, 0, 0, 0, 1 }; // Unity's, at (0, 1, 0)
            var projection = new float[16];
            projection[0] = projection[5] = 2;
            projection[10] = -1;
            projection[11] = -0.2f;
            UnitySpace.SetView(_view, view, projection);
            _card.Set(_view, _then, _then);
        }

        [Test]
        public void StandsAtTheDepthOfTheHead()
        {
            Assert.AreEqual(2, _card.DepthM, 1e-6);
            _card.Place(0.5f, 0.5f, _card.DepthM, _point);
            Assert.AreEqual(new float[] { 0, 1, 2 }, _point);
        }

        [Test]
        public void HasItsFirstPixelAtTheUpperLeft()
        {
            _card.Place(0, 0, _card.DepthM, _point);
            Assert.AreEqual(new float[] { -1, 2, 2 }, _point);
        }

        [Test]
        public void KnowsWhereItsCameraIs()
        {
            Assert.AreEqual(new float[] { 0, 1, 0 }, _card.Eye);
        }

        [Test]
        public void FollowsAHeadThatHasMovedSince()
        {
            var now = new float[16];
            UnitySpace.SetHead(now, 0, 0.25f, 1, 2.5f, 0, 0, 0, 1, new float[16]);
            _card.Set(_view, _then, now);
            _card.Place(0.5f, 0.5f, _card.DepthM, _point);
            Assert.AreEqual(new float[] { 0.25f, 1, 2.5f }, _point);
        }
    }
}
