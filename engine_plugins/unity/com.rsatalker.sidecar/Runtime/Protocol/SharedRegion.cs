// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Shared memory of one name, made by the sidecar and opened here. Every access is checked against the size of the
    /// mapping. One thread.
    /// </summary>
    public sealed class SharedRegion : IDisposable
    {
        private static readonly Regex NamePattern =
            new Regex(@"^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}\z", RegexOptions.CultureInvariant);

        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private long _address;

        /// <summary>Size of the mapping, which no field of a header can change; 0 once closed.</summary>
        public long SizeBytes { get; private set; }

        /// <summary>Opens a region by its name {GUID}; its content has not been checked.</summary>
        /// <exception cref="RegionException">There is no region of that name.</exception>
        public SharedRegion(string name, bool writable)
        {
            if (!NamePattern.IsMatch(name))
            {
                throw NotFound(name, "a region's name looks like {GUID} in upper case", null);
            }
            try
            {
                long sizeBytes;
                var access = writable ? MemoryMappedFileAccess.ReadWrite : MemoryMappedFileAccess.Read;
                _file = RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
                    ? OpenSection(name, writable, out sizeBytes)
                    : OpenFile(name, writable, access, out sizeBytes);
                _view = _file.CreateViewAccessor(0, 0, access);
                _address = _view.SafeMemoryMappedViewHandle.DangerousGetHandle().ToInt64();
                SizeBytes = sizeBytes > 0 ? sizeBytes : _view.Capacity; // Windows tells only the size of the view
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException
                || error is ArgumentException)
            {
                Dispose();
                throw NotFound(name, "its sidecar has closed it or has gone", error);
            }
            if (SizeBytes < RegionHeaderLayout.SizeBytes)
            {
                Dispose();
                throw NotFound(name, "it is shorter than a header", null);
            }
        }

        private static MemoryMappedFile OpenSection(string name, bool writable, out long sizeBytes)
        {
            sizeBytes = 0;
            return MemoryMappedFile.OpenExisting(
                name, writable ? MemoryMappedFileRights.ReadWrite : MemoryMappedFileRights.Read);
        }

        private static MemoryMappedFile OpenFile(
            string name, bool writable, MemoryMappedFileAccess access, out long sizeBytes)
        {
            var isLinux = RuntimeInformation.IsOSPlatform(OSPlatform.Linux);
            var path = Path.Combine(isLinux ? "/dev/shm" : Path.GetTempPath(), name);
            var stream = new FileStream(
                path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite);
            sizeBytes = stream.Length;
            return MemoryMappedFile.CreateFromFile(stream, null, 0, access, HandleInheritability.None, false);
        }

        private static RegionException NotFound(string name, string reason, Exception cause)
        {
            return new RegionException(
                RegionProblem.RegionNotFound,
                "",
                "There is no region " + name + ": " + reason + ". Ask for the conversation again.",
                cause);
        }

        /// <summary>Lets go of the memory. Can be called twice.</summary>
        public void Dispose()
        {
            _address = 0;
            SizeBytes = 0;
            if (_view != null)
            {
                _view.Dispose();
            }
            if (_file != null)
            {
                _file.Dispose();
            }
        }

        /// <summary>Reads a counter that another process changes; no later access moves before it.</summary>
        public ulong ReadCounter(long offset)
        {
            var value = ReadUInt64(offset);
            Thread.MemoryBarrier();
            return value;
        }

        /// <summary>Writes a counter; every earlier access is visible before it.</summary>
        public void WriteCounter(long offset, ulong value)
        {
            Thread.MemoryBarrier();
            WriteUInt64(offset, value);
        }

        public ulong ReadUInt64(long offset)
        {
            return unchecked((ulong)Marshal.ReadInt64(At(offset, 8)));
        }

        public long ReadInt64(long offset)
        {
            return Marshal.ReadInt64(At(offset, 8));
        }

        public uint ReadUInt32(long offset)
        {
            return unchecked((uint)Marshal.ReadInt32(At(offset, 4)));
        }

        public void WriteUInt64(long offset, ulong value)
        {
            Marshal.WriteInt64(At(offset, 8), unchecked((long)value));
        }

        public void WriteInt64(long offset, long value)
        {
            Marshal.WriteInt64(At(offset, 8), value);
        }

        public void WriteUInt32(long offset, uint value)
        {
            Marshal.WriteInt32(At(offset, 4), unchecked((int)value));
        }

        public void Read(long offset, byte[] target, int start, int count)
        {
            Marshal.Copy(At(offset, count), target, start, count);
        }

        public void Read(long offset, float[] target, int start, int count)
        {
            Marshal.Copy(At(offset, 4L * count), target, start, count);
        }

        public void Write(long offset, float[] source, int start, int count)
        {
            Marshal.Copy(source, start, At(offset, 4L * count), count);
        }

        private IntPtr At(long offset, long count)
        {
            if (_address == 0)
            {
                throw new ObjectDisposedException(nameof(SharedRegion));
            }
            if (offset < 0 || count < 0 || offset > SizeBytes - count)
            {
                throw RegionException.Malformed("offset", offset, "0 to " + (SizeBytes - count));
            }
            return new IntPtr(_address + offset);
        }
    }
}
