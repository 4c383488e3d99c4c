// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class MotionTrackTests
    {
        private readonly MotionTrack _track = new MotionTrack();
        private readonly FlamePose _pose = new FlamePose();

        [Test]
        public void HasNoMotionAtFirst()
        {
            Assert.AreEqual(-1, _track.EndUs);
            Assert.IsFalse(_track.Sample(0, 0, _pose));
        }

        [Test]
        public void MixesTheTwoNearestInstants()
        {
            Add(0, 0);
            Add(100, 1);
            Add(200, 0);
            Assert.AreEqual(0.25, Sampled(25), 1e-6);
            Assert.AreEqual(0.75, Sampled(125), 1e-6);
        }

        [TestCase(-50, 0.5)]
        [TestCase(500, 1.0)]
        public void KeepsTheEndsOutsideOfWhatIsThere(long timelineUs, double expected)
        {
            Add(0, 0.5f);
            Add(100, 1);
            Assert.AreEqual(expected, Sampled(timelineUs), 1e-6);
        }

        [Test]
        public void DropsTheOldFutureWhenANewOneComes()
        {
            for (var index = 0; index < 10; ++index)
            {
                Add(100 * index, 1);
            }
            Add(500, 0);
            Assert.AreEqual(500, _track.EndUs);
            Assert.AreEqual(1, Sampled(400), 1e-6);
            Assert.AreEqual(0, Sampled(600), 1e-6);
        }

        [Test]
        public void ForgetsTheOldestOfMoreThanItKeeps()
        {
            for (var index = 0; index < 1000; ++index)
            {
                Add(100 * index, index / 1000f);
            }
            Assert.AreEqual(99900, _track.EndUs);
            Assert.AreEqual(0.95, Sampled(95000), 1e-6);
            Assert.AreEqual(0.745, Sampled(0), 0.001);
        }

        [Test]
        public void KnowsWhereAnUtteranceStandsAlsoBehindAGap()
        {
            AddSaid(100, 7, 0);
            AddSaid(200, 7, 100);
            AddSaid(300, 0, -1);
            AddSaid(400, 7, 200);
            Assert.AreEqual(150, _track.TimelineOf(0, 7, 50));
            Assert.AreEqual(410, _track.TimelineOf(0, 7, 210));
            Assert.AreEqual(-1, _track.TimelineOf(0, 7, -5));
            Assert.AreEqual(-1, _track.TimelineOf(0, 8, 0));
        }

        private void AddSaid(long timelineUs, ulong utteranceId, long mediaUs)
        {
            _track.Next.TimelineUs = timelineUs;
            _track.Next.Heads[0].UtteranceId = utteranceId;
            _track.Next.Heads[0].MediaUs = mediaUs;
            _track.Commit();
        }

        private void Add(long timelineUs, float jaw)
        {
            _track.Next.TimelineUs = timelineUs;
            _track.Next.Heads[0].Pose.Arkit[17] = jaw;
            _track.Commit();
        }

        private double Sampled(long timelineUs)
        {
            Assert.IsTrue(_track.Sample(0, timelineUs, _pose));
            return _pose.Arkit[17];
        }
    }
}
