// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// How a sidecar of this machine and user is found: it keeps a file with its addresses and its token. Any thread but
    /// the main one: it reads files.
    /// </summary>
    public static class RuntimeFile
    {
        private const int AnswerMs = 500; // longest wait for a connection on this machine

        /// <summary>Where the file is, or would be. RSATALKER_RUNTIME overrides the folder.</summary>
        public static string Path => System.IO.Path.Combine(Folder(), "sidecar.json");

        /// <summary>Returns the sidecar that the file names; null if there is no file, or its process has ended.</summary>
        public static Endpoint Read()
        {
            JsonValue record;
            try
            {
                record = JsonReader.Read(File.ReadAllText(Path));
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException
                || error is FormatException)
            {
                return null; // no file, another user's, or half-written by a crash: as good as none
            }
            var address = record["http_address"].Text;
            return address.Length > 0 && IsAlive(record, address) ? new Endpoint(address, record["token"].Text) : null;
        }

        private static bool IsAlive(JsonValue record, string address)
        {
            if (record["pid_namespace"].Integer != ProcessStart.PidNamespace)
            {
                return Answers(address); // of a container, perhaps one that was killed
            }
            var startNs = ProcessStart.StartNs((int)record["pid"].Integer);
            var writtenNs = record["start_ns"].Integer;
            return startNs != null && (startNs == 0 || writtenNs == 0 || startNs == writtenNs);
        }

        private static bool Answers(string address)
        {
            var colon = address.LastIndexOf(':');
            try
            {
                using var socket = new TcpClient();
                return socket.ConnectAsync(
                    address.Substring(0, colon).Trim('[', ']'), int.Parse(address.Substring(colon + 1))).Wait(AnswerMs);
            }
            catch (Exception error) when (error is AggregateException || error is FormatException
                || error is ArgumentException || error is SocketException)
            {
                return false;
            }
        }

        private static string Folder()
        {
            var given = Environment.GetEnvironmentVariable("RSATALKER_RUNTIME");
            if (!string.IsNullOrEmpty(given))
            {
                return given;
            }
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
            {
                return UserFolders.Of("Runtime", "");
            }
            var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
            if (!string.IsNullOrEmpty(runtime))
            {
                return System.IO.Path.Combine(runtime, "rsatalker");
            }
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            cache = string.IsNullOrEmpty(cache) ? System.IO.Path.Combine(UserFolders.Home, ".cache") : cache;
            return System.IO.Path.Combine(cache, "rsatalker", "runtime");
        }
    }
}
