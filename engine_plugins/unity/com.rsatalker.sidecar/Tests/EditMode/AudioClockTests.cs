// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class AudioClockTests
    {
        private const double StepS = 1024.0 / 48000; // of Unity's default DSP buffer
        private const double FrameS = 1 / 90.0;
        private const double StartS = 100; // of the host clock

        [TestCase(0.0)]
        [TestCase(2e-4)] // a sound card that runs fast by 200 ppm: .7 s an hour
        [TestCase(-2e-4)]
        public void FollowsTheSoundCardWithoutDriftForAnHour(double fast)
        {
            var clock = Begun();
            var worstS = 0.0;
            for (var s = 0.0; s < 3600; s += FrameS)
            {
                Observe(clock, s, s * (1 + fast));
                worstS = s > 3 ? Math.Max(worstS, Math.Abs(clock.At(Ns(s)) - s * (1 + fast))) : worstS;
            }
            Assert.Less(worstS, 0.013);
        }

        [Test]
        public void MovesSmoothlyBetweenSteps()
        {
            var clock = Begun();
            double before = 0, roughestS = 0;
            for (var s = 0.0; s < 20; s += FrameS)
            {
                Observe(clock, s, s);
                var now = clock.At(Ns(s));
                roughestS = s > 3 ? Math.Max(roughestS, Math.Abs(now - before - FrameS)) : roughestS;
                before = now;
            }
            Assert.Less(roughestS, 0.002); // a step alone is 21 ms
        }

        [Test]
        public void StandsWhenTheEngineIsPausedAndGoesOnFromThere()
        {
            var clock = Begun();
            for (var s = 0.0; s < 3; s += FrameS)
            {
                Observe(clock, s, s);
            }
            for (var s = 3.0; s < 4; s += FrameS)
            {
                Observe(clock, s, 3);
            }
            Assert.IsTrue(clock.IsStopped);
            Assert.AreEqual(3, clock.At(Ns(4)), StepS);
            for (var s = 4.0; s < 5; s += FrameS)
            {
                Observe(clock, s, s - 1);
            }
            Assert.IsFalse(clock.IsStopped);
            Assert.AreEqual(4, clock.At(Ns(5)), StepS);
        }

        [Test]
        public void FollowsAtOnceWhenTheDeviceChanges()
        {
            var clock = Begun();
            Observe(clock, 0, 50);
            Observe(clock, 1, 51);
            clock.Reset(StepS);
            Observe(clock, 2, 0);
            Observe(clock, 2.1, 0.1);
            Assert.AreEqual(0.1, clock.At(Ns(2.1)), StepS);
        }

        private static AudioClock Begun()
        {
            var clock = new AudioClock();
            clock.Reset(StepS);
            return clock;
        }

        private static void Observe(AudioClock clock, double s, double audioS)
        {
            clock.Observe(Math.Floor(audioS / StepS) * StepS, Ns(s));
        }

        private static long Ns(double s)
        {
            return (long)((StartS + s) * 1e9);
        }
    }
}
