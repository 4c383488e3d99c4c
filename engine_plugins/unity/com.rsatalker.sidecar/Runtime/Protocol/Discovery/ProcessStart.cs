// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Tells a running process from a later one that was given the same pid, as the sidecar does. The system is asked
    /// itself: System.Diagnostics.Process says under IL2CPP that process times are not supported.
    /// </summary>
    internal static class ProcessStart
    {
        private const long TicksPerSecond = 100; // USER_HZ of Linux on x86-64 and ARM64
        private const long NsPerSecond = 1000000000;
        private const long FileTimeOf1970 = 116444736000000000; // of 100 ns, from 1601
        private const int ProcessQueryLimitedInformation = 0x1000; // <winnt.h>
        private const int StillActive = 259; // <winbase.h>
        private const int ErrorAccessDenied = 5; // <winerror.h>
        private const int NotPermitted = 1; // EPERM of <errno.h>: it runs, and is another user's
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
            return IsWindows ? WindowsStartNs(pid) : MacStartNs(pid);
        }

        /// <summary>A time as nanoseconds from 1970: those from 1601, where Windows begins, do not fit into a long.</summary>
        internal static long UnixNs(long fileTime)
        {
            return checked((fileTime - FileTimeOf1970) * 100);
        }

        private static long? WindowsStartNs(int pid)
        {
            var process = OpenProcess(ProcessQueryLimitedInformation, false, pid);
            if (process == IntPtr.Zero)
            {
                return Marshal.GetLastWin32Error() == ErrorAccessDenied ? 0 : (long?)null; // 0: another user's
            }
            try
            {
                int code;
                long created, ended, inKernel, inUser;
                var isKnown = GetExitCodeProcess(process, out code)
                    & GetProcessTimes(process, out created, out ended, out inKernel, out inUser);
                return !isKnown ? 0 : code == StillActive ? UnixNs(created) : (long?)null;
            }
            finally
            {
                CloseHandle(process);
            }
        }

        private static long? MacStartNs(int pid)
        {
            return kill(pid, 0) == 0 || Marshal.GetLastWin32Error() == NotPermitted ? 0 : (long?)null;
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

        [DllImport("kernel32", ExactSpelling = true, SetLastError = true)]
        private static extern IntPtr OpenProcess(int access, bool isInherited, int pid);

        [DllImport("kernel32", ExactSpelling = true)]
        private static extern bool GetExitCodeProcess(IntPtr process, out int code);

        [DllImport("kernel32", ExactSpelling = true)]
        private static extern bool GetProcessTimes(
            IntPtr process, out long created, out long ended, out long inKernel, out long inUser);

        [DllImport("kernel32", ExactSpelling = true)]
        private static extern bool CloseHandle(IntPtr handle);

        [DllImport("libc", ExactSpelling = true, SetLastError = true)]
        private static extern int kill(int pid, int signal);

        [DllImport("libc", ExactSpelling = true)]
        private static extern IntPtr readlink(string path, byte[] buffer, IntPtr size);
    }
}
