// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class SoundGateTests
    {
        private const int RateHz = 1000; // 5 ms are 5 samples

        private readonly SoundGate _gate = new SoundGate();

        [Test]
        public void LetsASoundThroughFromItsBeginning()
        {
            _gate.Open();
            Assert.AreEqual(new float[] { 1, 1, 1, 1, 1, 1, 1, 1 }, Applied(8, 3));
        }

        [Test]
        public void IsSilentAtTheCut()
        {
            _gate.Open();
            _gate.CloseAt(3.006);
            Assert.AreEqual(new[] { 1, 0.8f, 0.6f, 0.4f, 0.2f, 0, 0, 0 }, Applied(8, 3));
        }

        [Test]
        public void FadesAlsoWhenTheCutIsPast()
        {
            _gate.Open();
            Applied(8, 3);
            _gate.CloseAt(2);
            Assert.AreEqual(new[] { 0.8f, 0.6f, 0.4f, 0.2f, 0, 0, 0, 0 }, Applied(8, 3.008));
        }

        [Test]
        public void FadesASoundInThatBeginsInItsMiddle()
        {
            _gate.OpenAt(3.002);
            Assert.AreEqual(new[] { 0, 0, 0.2f, 0.4f, 0.6f, 0.8f, 1, 1 }, Applied(8, 3));
        }

        [Test]
        public void OpensAgainForTheNextSound()
        {
            _gate.CloseAt(2);
            Applied(8, 3);
            _gate.Open();
            Assert.AreEqual(new float[] { 1, 1, 1, 1, 1, 1, 1, 1 }, Applied(8, 4));
        }

        private float[] Applied(int count, double dspS)
        {
            var data = new float[2 * count];
            System.Array.Fill(data, 1);
            _gate.Apply(data, 2, RateHz, dspS);
            var left = new float[count];
            for (var index = 0; index < count; ++index)
            {
                Assert.AreEqual(data[2 * index], data[2 * index + 1]);
                left[index] = (float)System.Math.Round(data[2 * index], 3);
            }
            return left;
        }
    }
}
