// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Net;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Where a sidecar listens and how it is spoken to. Immutable; any thread.</summary>
    public sealed class Endpoint
    {
        /// <summary>Of its HTTP port, "host:port".</summary>
        public string HttpAddress { get; }

        public string Token { get; }

        /// <summary>SHA-256 of the one certificate that it may show, upper-case hex; empty: no TLS.</summary>
        public string Fingerprint { get; }

        public Endpoint(string httpAddress, string token, string fingerprint = "")
        {
            HttpAddress = httpAddress;
            Token = token;
            Fingerprint = Plain(fingerprint);
        }

        /// <summary>Whether it is on this machine, so that its shared memory can be opened.</summary>
        public bool IsHere => IsLoopback(HttpAddress);

        public Uri Root => new Uri((Fingerprint.Length > 0 ? "https://" : "http://") + HttpAddress);

        /// <summary>Whether "host:port" is on this machine.</summary>
        public static bool IsLoopback(string address)
        {
            var host = address.Substring(0, Math.Max(address.LastIndexOf(':'), 0)).Trim('[', ']');
            return host == "localhost" || (IPAddress.TryParse(host, out var found) && IPAddress.IsLoopback(found));
        }

        /// <summary>A fingerprint as it is compared: upper-case hex without colons or spaces.</summary>
        public static string Plain(string fingerprint)
        {
            return fingerprint.Replace(":", "").Replace(" ", "").ToUpperInvariant();
        }
    }
}
