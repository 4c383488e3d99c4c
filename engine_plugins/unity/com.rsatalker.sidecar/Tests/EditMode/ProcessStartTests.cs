// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class ProcessStartTests
    {
        [Test]
        public void StartOfAProcessOfWindowsIsCountedFrom1970()
        {
            var start = new DateTime(2026, 11, 28, 13, 0, 0, 123, DateTimeKind.Utc).AddTicks(4567);
            Assert.AreEqual(1795870800123456700L, ProcessStart.UnixNs(start.ToFileTimeUtc()));
        }

        [Test]
        public void StartOfARunningProcessIsKnown()
        {
            var process = Process.GetCurrentProcess();
            var isMac = RuntimeInformation.IsOSPlatform(OSPlatform.OSX); // it does not say
            Assert.AreEqual(!isMac, ProcessStart.StartNs(process.Id) > 0);
            Assert.AreEqual(ProcessStart.StartNs(process.Id), ProcessStart.StartNs(process.Id));
        }

        [Test]
        public void ProcessThatIsNotThereHasNoStart()
        {
            Assert.IsTrue(ProcessStart.StartNs(int.MaxValue - 7) == null);
        }
    }
}
