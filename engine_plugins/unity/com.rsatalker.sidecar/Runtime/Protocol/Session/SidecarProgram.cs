// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.ComponentModel;
using System.Diagnostics;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Starts an installed sidecar, which lives as long as the editor does. Any thread.</summary>
    public static class SidecarProgram
    {
        /// <summary>As pip installs it, on the PATH.</summary>
        public const string DefaultName = "rsatalker";

        /// <summary>Runs `PROGRAM serve`, which ends with this process; returns a sentence to show.</summary>
        public static string Start(string program)
        {
            var name = string.IsNullOrEmpty(program) ? DefaultName : program;
            var start = new ProcessStartInfo(name)
            {
                Arguments = "serve --stop-with " + Process.GetCurrentProcess().Id,
                UseShellExecute = false,
                CreateNoWindow = true,
            };
            try
            {
                using var process = Process.Start(start);
                return "Started " + name + " serve (process " + process.Id + "); the first start takes a minute.";
            }
            catch (Exception error) when (error is Win32Exception || error is InvalidOperationException)
            {
                return Sentences.ProgramNotFound(name);
            }
        }
    }
}
