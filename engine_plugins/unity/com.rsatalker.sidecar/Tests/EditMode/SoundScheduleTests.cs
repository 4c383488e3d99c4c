// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class SoundScheduleTests
    {
        private readonly SoundSchedule _schedule = new SoundSchedule { StartLeadS = 0.05 };
        private readonly EngineState _state = new EngineState();
        private readonly AudioClock _clock = new AudioClock();
        private ulong _newest;

        [Test]
        public void SoundWaitsForItsMotion()
        {
            var spoken = Waiting(0, 1000000, 500000);
            Assert.IsTrue(double.IsNaN(_schedule.StartOf(spoken, 10, 999999)));
            Assert.AreEqual(10.05, _schedule.StartOf(spoken, 10, 1000000), 1e-9);
        }

        [Test]
        public void SoundThatOverlapsKeepsItsPlaceOnTheTimeline()
        {
            _schedule.Start(Waiting(0, 1000000, 3000000), 20);
            var answer = Waiting(1, 2500000, 1000000);
            Assert.AreEqual(21.5, _schedule.StartOf(answer, 20.2, 2600000), 1e-9);
        }

        [Test]
        public void SoundThatIsLateStartsLate()
        {
            _schedule.Start(Waiting(0, 1000000, 3000000), 20);
            var answer = Waiting(1, 2500000, 1000000);
            Assert.AreEqual(22.05, _schedule.StartOf(answer, 22, 2600000), 1e-9);
        }

        [Test]
        public void SoundWaitsForOneBeforeIt()
        {
            Waiting(0, 1000000, 500000);
            var second = Waiting(0, 1500000, 500000);
            Assert.IsTrue(double.IsNaN(_schedule.StartOf(second, 10, 9000000)));
        }

        [Test]
        public void SoundOfTheSameHeadFollowsWithoutAGap()
        {
            _schedule.Start(Waiting(0, 1000000, 900700), 20);
            var second = Waiting(0, 1901000, 500000); // on the next whole millisecond of the timeline
            Assert.IsTrue(double.IsNaN(_schedule.StartOf(second, 20.3, 9000000)));
            Assert.AreEqual(20.9007, _schedule.StartOf(second, 20.5, 9000000), 1e-9);
            Assert.AreEqual(20.97, _schedule.StartOf(second, 20.92, 9000000), 1e-9); // too late for that
        }

        [Test]
        public void SoundOfTheSameHeadKeepsAPauseOfTheTimeline()
        {
            _schedule.Start(Waiting(0, 1000000, 500000), 20);
            var second = Waiting(0, 1800000, 500000);
            Assert.AreEqual(20.8, _schedule.StartOf(second, 20.4, 9000000), 1e-9);
        }

        [Test]
        public void SoundWaitsUntilOneThatWasCutIsOver()
        {
            var first = Waiting(0, 1000000, 500000);
            _schedule.Start(first, 20);
            first.CutAtUs = 300000;
            var second = Waiting(0, 1500000, 500000);
            Assert.IsTrue(double.IsNaN(_schedule.StartOf(second, 20.2, 9000000)));
            Assert.AreEqual(20.5, _schedule.StartOf(second, 20.35, 9000000), 1e-9);
        }

        [Test]
        public void SoundWaitsForAVoiceWhoseEndNobodyKnows()
        {
            var first = Waiting(0, 1000000, 500000);
            first.IsGrowing = true;
            _schedule.Start(first, 20);
            var second = Waiting(0, 1500000, 500000);
            Assert.IsTrue(double.IsNaN(_schedule.StartOf(second, 20.6, 9000000)));
        }

        [Test]
        public void WhatIsHeardIsReportedAndThenForgotten()
        {
            var spoken = Waiting(0, 0, 500000);
            _schedule.OutputDelayS = 0.1;
            _schedule.Start(spoken, 1);
            Report(1.35);
            Assert.AreEqual(1, _state.PlaybackCount);
            Assert.AreEqual(250000, _state.Playbacks[0].PositionUs, 1000);
            Assert.AreEqual(1, _state.Playbacks[0].Rate);
            Report(2.2);
            Assert.AreEqual(UtteranceState.Ended, spoken.State);
            Assert.AreEqual(0, _state.PlaybackCount);
        }

        [Test]
        public void UtteranceThatWaitsIsToldOfAndHeld()
        {
            Waiting(0, 0, 500000);
            Report(1);
            Assert.AreEqual(-1, _state.Playbacks[0].PositionUs);
            Assert.AreEqual(0, _state.Playbacks[0].Rate);
        }

        [Test]
        public void UtteranceIsReportedUpToItsCut()
        {
            var spoken = Waiting(0, 0, 5000000);
            _schedule.Start(spoken, 1);
            spoken.CutAtUs = 300000;
            Report(1.2);
            Assert.AreEqual(1, _state.PlaybackCount);
            Report(1.4);
            Assert.AreEqual(0, _state.PlaybackCount);
        }

        private Utterance Waiting(int participant, long startUs, long durationUs)
        {
            var utterance = new Utterance(++_newest, participant, false);
            utterance.Placed(startUs, durationUs);
            _schedule.Add(utterance);
            return utterance;
        }

        private void Report(double audioS)
        {
            _clock.Reset(0.0001);
            _clock.Observe(audioS - 0.01, (long)(audioS * 1e9) - 10000000);
            _clock.Observe(audioS, (long)(audioS * 1e9));
            _schedule.Report(_state, _clock, (long)(audioS * 1e9));
        }
    }
}
