// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Tells a running process from a later one that was given the same pid, as the sidecar does.</summary>
    internal static class ProcessStart
    {
        private const long TicksPerSecond = 100; // USER_HZ of Linux on x86-64 and ARM64
        private const long NsPerSecond = 1000000000;
        private const long FileTimeOf1970 = 116444736000000000; // of 100 ns, from 1601
        private const int StartField = 19; // of those behind the name: field 22 of proc(5)

        private static readonly bool IsLinux = RuntimeInformation.IsOSPlatform(OSPlatform.Linux);
        private static readonly bool IsWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

        /// <summary>Linux: inode of this process's pid namespace; 0 elsewhere.</summary>
        public static long PidNamespace
        {
            get
            {
                if (!IsLinux)
                {
                    return 0;
                }
                var link = new byte[64]; // "pid:[4026531836]"
                var length = (int)readlink("/proc/self/ns/pid", link, new IntPtr(link.Length));
                var text = Encoding.ASCII.GetString(link, 0, Math.Max(length, 0));
                return long.TryParse(text.Replace("pid:[", "").TrimEnd(']'), out var inode) ? inode : 0;
            }
        }

        /// <summary>When a process started; 0: it runs, and the system does not say; null: there is none.</summary>
        public static long? StartNs(int pid)
        {
            if (IsLinux)
            {
                return LinuxStartNs(pid);
            }
            try
            {
                using var process = Process.GetProcessById(pid);
                return IsWindows ? UnixNs(process.StartTime) : 0;
            }
            catch (Exception error) when (error is ArgumentException || error is InvalidOperationException)
            {
                return null;
            }
            catch (Win32Exception)
            {
                return 0; // another user's
            }
        }

        /// <summary>A time as nanoseconds from 1970: those from 1601, where Windows begins, do not fit into a long.</summary>
        internal static long UnixNs(DateTime time)
        {
            return checked((time.ToFileTimeUtc() - FileTimeOf1970) * 100);
        }

        private static long? LinuxStartNs(int pid)
        {
            try
            {
                var stat = File.ReadAllText("/proc/" + pid + "/stat");
                var fields = stat.Substring(stat.LastIndexOf(") ", StringComparison.Ordinal) + 2).Split(' ');
                var hasEnded = fields[0] == "Z" || fields[0] == "X"; // only its parent has not asked yet
                return hasEnded ? (long?)null : long.Parse(fields[StartField]) * (NsPerSecond / TicksPerSecond);
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                return null;
            }
        }

        [DllImport("libc", ExactSpelling = true)]
        private static extern IntPtr readlink(string path, byte[] buffer, IntPtr size);
    }
}
