// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.IO;
using System.Runtime.InteropServices;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Where sidecars and their clients keep files of a user, as sidecar/network/state_folder.py has it.</summary>
    internal static class UserFolders
    {
        public static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

        /// <summary>What outlives a process: whom a client trusts. RSATALKER_STATE overrides it.</summary>
        public static string State
        {
            get
            {
                var given = Environment.GetEnvironmentVariable("RSATALKER_STATE");
                if (!string.IsNullOrEmpty(given))
                {
                    return given;
                }
                if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
                    || RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
                {
                    return Of("State", "State");
                }
                var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
                state = string.IsNullOrEmpty(state) ? Path.Combine(Home, ".local", "state") : state;
                return Path.Combine(state, "rsatalker");
            }
        }

        /// <summary>A folder of ours on Windows or macOS.</summary>
        public static string Of(string windowsName, string macName)
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                var local = Environment.GetEnvironmentVariable("LOCALAPPDATA");
                local = string.IsNullOrEmpty(local) ? Path.Combine(Home, "AppData", "Local") : local;
                return Path.Combine(local, "RSATalker", windowsName);
            }
            return Path.Combine(Home, "Library", "Application Support", "RSATalker", macName);
        }
    }
}
