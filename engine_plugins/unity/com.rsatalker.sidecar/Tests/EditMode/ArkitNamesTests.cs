// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class ArkitNamesTests
    {
        [Test]
        public void ThereAreFiftyTwo()
        {
            Assert.AreEqual(FrameRingLayout.ArkitCount, ArkitNames.All.Count);
            Assert.AreEqual(17, ArkitNames.IndexOf("jawOpen"));
        }

        [TestCase("jawOpen", "jawOpen")]
        [TestCase("Face.M_JawOpen.jaw_open", "jawOpen")]
        [TestCase("blendShape1.mouthSmile_L", "mouthSmileLeft")]
        [TestCase("EyeBlinkRight", "eyeBlinkRight")]
        [TestCase("jawLeft", "jawLeft")]
        [TestCase("JAW_L", "jawLeft")]
        public void MeshesMaySpellThemTheirWay(string found, string meant)
        {
            Assert.AreEqual(meant, ArkitNames.All[ArkitNames.IndexOf(found)]);
        }

        [TestCase("")]
        [TestCase("smile")]
        [TestCase("mouthSmile")]
        public void OtherShapesAreLeftAlone(string found)
        {
            Assert.AreEqual(-1, ArkitNames.IndexOf(found));
        }
    }
}
