// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Runtime.InteropServices;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// The clock of every field that ends in Ns: CLOCK_MONOTONIC on Linux, QueryPerformanceCounter on Windows,
    /// CLOCK_UPTIME_RAW on macOS. Stopwatch will not do: Mono on Windows counts it from its first use. Any thread.
    /// </summary>
    public static class HostClock
    {
        private const int LinuxClockMonotonic = 1; // <time.h> of Linux
        private const int MacClockUptimeRaw = 8; // <time.h> of macOS
        private const long NsPerSecond = 1000000000;

        private static readonly bool IsWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
        private static readonly bool IsMac = RuntimeInformation.IsOSPlatform(OSPlatform.OSX);

        /// <summary>Nanoseconds of the host clock.</summary>
        public static long NowNs
        {
            get
            {
                if (IsWindows)
                {
                    long frequency, ticks;
                    QueryPerformanceFrequency(out frequency);
                    QueryPerformanceCounter(out ticks);
                    return ticks / frequency * NsPerSecond + ticks % frequency * NsPerSecond / frequency;
                }
                if (IsMac)
                {
                    return (long)clock_gettime_nsec_np(MacClockUptimeRaw);
                }
                TimeSpec time;
                clock_gettime(LinuxClockMonotonic, out time);
                return time.Seconds.ToInt64() * NsPerSecond + time.Nanoseconds.ToInt64();
            }
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct TimeSpec
        {
            public IntPtr Seconds;
            public IntPtr Nanoseconds;
        }

        [DllImport("kernel32", ExactSpelling = true)]
        private static extern bool QueryPerformanceFrequency(out long frequency);

        [DllImport("kernel32", ExactSpelling = true)]
        private static extern bool QueryPerformanceCounter(out long ticks);

        [DllImport("libc", ExactSpelling = true)]
        private static extern int clock_gettime(int clock, out TimeSpec time);

        [DllImport("libc", ExactSpelling = true)]
        private static extern ulong clock_gettime_nsec_np(int clock);
    }
}
