// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class SharedRegionTests
    {
        private const int SizeBytes = 100000; // not a whole number of pages
        private const long LastWord = SizeBytes - 8;

        private static string NewName => Guid.NewGuid().ToString("B").ToUpperInvariant();

        [Test]
        public void RegionIsReadAsItWasWritten()
        {
            var name = NewName;
            using (var made = new MadeRegion(name))
            using (var region = new SharedRegion(name, false))
            {
                made.Write(LastWord, 7);
                Assert.AreEqual(7L, region.ReadInt64(LastWord));
                Assert.IsTrue(region.SizeBytes >= SizeBytes);
            }
        }

        [Test]
        public void WhatIsWrittenIntoARegionIsReadByItsMaker()
        {
            var name = NewName;
            using (var made = new MadeRegion(name))
            using (var region = new SharedRegion(name, true))
            {
                region.WriteInt64(LastWord, 5);
                Assert.AreEqual(5L, made.Read(LastWord));
            }
        }

        [Test]
        public void RegionThatIsNotThereIsNotFound()
        {
            var error = Assert.Throws<RegionException>(() => new SharedRegion(NewName, false));
            Assert.AreEqual(RegionProblem.RegionNotFound, error.Problem);
        }

        /// <summary>A region as a sidecar of this system makes it.</summary>
        private sealed class MadeRegion : IDisposable
        {
            private readonly string _path;
            private readonly MemoryMappedFile _memory;
            private readonly MemoryMappedViewAccessor _view;

            public MadeRegion(string name)
            {
                if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
                {
                    _memory = MemoryMappedFile.CreateNew(name, SizeBytes);
                }
                else
                {
                    var isLinux = RuntimeInformation.IsOSPlatform(OSPlatform.Linux);
                    _path = Path.Combine(isLinux ? "/dev/shm" : Path.GetTempPath(), name);
                    File.WriteAllBytes(_path, new byte[SizeBytes]);
                    _memory = MemoryMappedFile.CreateFromFile(
                        new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite),
                        null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false);
                }
                _view = _memory.CreateViewAccessor();
            }

            public void Write(long offset, long value)
            {
                _view.Write(offset, value);
            }

            public long Read(long offset)
            {
                return _view.ReadInt64(offset);
            }

            public void Dispose()
            {
                _view.Dispose();
                _memory.Dispose();
                if (_path != null)
                {
                    File.Delete(_path);
                }
            }
        }
    }
}
