// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class VoiceBufferTests
    {
        private const int RateHz = 1000;

        [Test]
        public void WaitsUntilEnoughIsThere()
        {
            var buffer = Allowed();
            Write(buffer, Ramp(99));
            Assert.AreEqual(0, Played(buffer, 10)[9]);
            Write(buffer, Ramp(1));
            Assert.AreEqual(new float[] { 1, 2, 3 }, Played(buffer, 3));
        }

        [Test]
        public void HoldsItsPlaceWhenItRunsDryAndThenWaitsLonger()
        {
            var buffer = Allowed();
            Write(buffer, Ramp(100));
            Played(buffer, 150);
            Assert.AreEqual(1, buffer.DryCount);
            Assert.AreEqual(0.099, buffer.PlayedS, 1e-9);
            Write(buffer, Ramp(130));
            Assert.AreEqual(0, Played(buffer, 1)[0]);
            Write(buffer, Ramp(20));
            Assert.AreEqual(100 * 0.2f, Played(buffer, 1)[0], 1e-3); // the first of 5 ms
        }

        [Test]
        public void FadesOutBeforeItRunsDryAndInAgain()
        {
            var buffer = Allowed();
            Write(buffer, Ones(100));
            var last = Played(buffer, 100);
            Assert.AreEqual(new[] { 1, 0.8f, 0.6f, 0.4f, 0.2f, 0 }, Rounded(last, 93));
            Write(buffer, Ones(200));
            Assert.AreEqual(new[] { 0.2f, 0.4f, 0.6f, 0.8f, 1, 1 }, Rounded(Played(buffer, 6), 0));
        }

        [Test]
        public void BeginsOnTheMomentFromWhichItMay()
        {
            var buffer = Allowed();
            buffer.AllowFrom(7.002);
            Write(buffer, Ones(200));
            var data = Ones(5);
            buffer.Play(data, 1, RateHz, 7);
            Assert.AreEqual(new float[] { 0, 0, 1, 1, 1 }, data);
        }

        [Test]
        public void KnowsItsStartAnewOnAnotherClock()
        {
            var buffer = Allowed();
            Write(buffer, Ones(500));
            buffer.Play(Ones(100), 1, RateHz, 7);
            buffer.MoveTo(0.5);
            buffer.Play(Ones(100), 1, RateHz, 0.5);
            Assert.AreEqual(0.4, buffer.StartDspS, 1e-9);
        }

        [Test]
        public void PlaysWhatIsThereOnceItIsWhole()
        {
            var buffer = Allowed();
            Write(buffer, Ramp(3));
            buffer.Finish();
            Assert.AreEqual(new float[] { 1, 2, 3, 0 }, Played(buffer, 4));
            Assert.IsTrue(buffer.HasEnded);
        }

        [Test]
        public void ScalesWhatTheEngineMadeOfAConstant()
        {
            var buffer = Allowed();
            Write(buffer, new float[] { 1, 1 });
            buffer.Finish();
            var data = new float[] { 0.5f, 0.25f, 0.5f, 0.25f };
            buffer.Play(data, 2, RateHz, 0);
            Assert.AreEqual(new float[] { 0.5f, 0.25f, 0.5f, 0.25f }, data);
        }

        [Test]
        public void ConvertsItsRateToTheOutputs()
        {
            var buffer = Allowed();
            Write(buffer, Ramp(10));
            buffer.Finish();
            var data = Ones(4);
            buffer.Play(data, 1, 2 * RateHz, 0);
            Assert.AreEqual(new[] { 1, 1.5f, 2, 2.5f }, data);
        }

        [Test]
        public void KnowsWhenItsFirstSampleWasMixed()
        {
            var buffer = Allowed();
            buffer.Play(Ones(50), 1, RateHz, 7);
            Write(buffer, Ramp(200));
            Assert.IsFalse(buffer.IsFlowing);
            buffer.Play(Ones(50), 1, RateHz, 8);
            buffer.Play(Ones(50), 1, RateHz, 8.05);
            Assert.IsTrue(buffer.IsFlowing);
            Assert.AreEqual(8, buffer.StartDspS, 1e-9);
        }

        [Test]
        public void TakesNoMoreThanItHasRoomFor()
        {
            var buffer = Allowed();
            Assert.AreEqual(1000, Write(buffer, new float[1500]));
            Assert.AreEqual(0, buffer.Room);
        }

        private static VoiceBuffer Allowed()
        {
            var buffer = new VoiceBuffer(RateHz, 1, 0.1);
            buffer.AllowFrom(0);
            return buffer;
        }

        private static int Write(VoiceBuffer buffer, float[] samples)
        {
            return buffer.Write(samples, 0, samples.Length);
        }

        private static float[] Played(VoiceBuffer buffer, int count)
        {
            var data = Ones(count);
            buffer.Play(data, 1, RateHz, 0);
            return data;
        }

        private static float[] Ones(int count)
        {
            var data = new float[count];
            System.Array.Fill(data, 1);
            return data;
        }

        private static float[] Rounded(float[] samples, int first)
        {
            var some = new float[6];
            for (var index = 0; index < some.Length; ++index)
            {
                some[index] = (float)System.Math.Round(samples[first + index], 3);
            }
            return some;
        }

        private static float[] Ramp(int count)
        {
            var samples = new float[count];
            for (var index = 0; index < count; ++index)
            {
                samples[index] = index + 1;
            }
            return samples;
        }
    }
}
