// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>A sidecar that announces itself on the LAN. Trusted only by its certificate. Immutable; any thread.</summary>
    public sealed class FoundSidecar
    {
        /// <summary>"RSATalker 1a2b3c4d".</summary>
        public string Name { get; }

        /// <summary>Of its HTTP port.</summary>
        public string HttpAddress { get; }

        /// <summary>Major version of its protocol.</summary>
        public int Protocol { get; }

        /// <summary>False: it was started with --insecure-lan.</summary>
        public bool IsTls { get; }

        private FoundSidecar(string identity, string httpAddress, int protocol, bool isTls)
        {
            Name = "RSATalker " + identity;
            HttpAddress = httpAddress;
            Protocol = protocol;
            IsTls = isTls;
        }

        /// <summary>Returns what an announcement says; null if it is not one of ours.</summary>
        internal static FoundSidecar Read(IPAddress address, IReadOnlyDictionary<string, string> entries)
        {
            var identity = Entry(entries, "id");
            var isOurs = Entry(entries, "txtvers") == "1" && identity.Length == 8 && identity.All(IsLowerHex);
            if (!isOurs || !Number(entries, "proto", 999, out var protocol) || !Number(entries, "http", 65535, out var port))
            {
                return null;
            }
            var host = address.AddressFamily == AddressFamily.InterNetworkV6 ? "[" + address + "]" : address.ToString();
            return new FoundSidecar(identity, host + ":" + port, protocol, Entry(entries, "tls") == "1");
        }

        private static string Entry(IReadOnlyDictionary<string, string> entries, string name)
        {
            return entries.TryGetValue(name, out var value) ? value : "";
        }

        private static bool Number(IReadOnlyDictionary<string, string> entries, string name, int most, out int number)
        {
            var text = Entry(entries, name);
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0
                && number <= most;
        }

        private static bool IsLowerHex(char letter)
        {
            return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
        }
    }
}
