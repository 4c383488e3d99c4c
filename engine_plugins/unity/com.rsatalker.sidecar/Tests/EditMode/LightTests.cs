// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class LightTests
    {
        [Test]
        public void ConstantLightIsTheHarmonicsOfOne()
        {
            var probe = new float[27];
            UnitySpace.SetProbe(probe, 0, 1, 1);
            Assert.AreEqual(3.5449077, probe[1], 1e-6); // 2 sqrt(pi), as rsatalker/avatars/light.py says
        }

        [TestCase(1, 1.0)]
        [TestCase(3, -1.0)]
        [TestCase(4, -1.0)]
        [TestCase(6, 1.0)]
        [TestCase(7, -1.0)]
        public void WhatIsOddInXChangesItsSign(int coefficient, double sign)
        {
            var probe = new float[27];
            UnitySpace.SetProbe(probe, coefficient, 0, 1);
            Assert.Greater(sign * probe[3 * coefficient], 0);
        }
    }
}
