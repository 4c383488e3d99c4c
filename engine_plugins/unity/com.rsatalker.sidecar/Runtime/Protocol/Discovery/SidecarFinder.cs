// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Where to look for a sidecar.</summary>
    public enum SidecarPlace
    {
        /// <summary>On this machine; else one on the LAN that this user trusts; else the address, if there is one.</summary>
        Automatic,

        /// <summary>On this machine only.</summary>
        ThisMachine,

        /// <summary>At the address only.</summary>
        Address,
    }

    /// <summary>Finds the sidecar. Blocks: any thread but the main one.</summary>
    public sealed class SidecarFinder
    {
        private const int BrowseMs = 1200;
        private const string TokenVariable = "RSATALKER_TOKEN";

        private readonly SidecarPlace _place;
        private readonly string _address;
        private readonly string _token;

        /// <summary>Looks at `place`; the address is of HTTP; without a token RSATALKER_TOKEN is taken.</summary>
        public SidecarFinder(SidecarPlace place, string address = "", string token = "")
        {
            _place = place;
            _address = address ?? "";
            _token = string.IsNullOrEmpty(token) ? Environment.GetEnvironmentVariable(TokenVariable) ?? "" : token;
        }

        /// <summary>Returns where the sidecar is.</summary>
        /// <exception cref="SidecarException">There is none; the message says where one was looked for.</exception>
        public Endpoint Find(CancellationToken stop)
        {
            var here = _place != SidecarPlace.Address ? RuntimeFile.Read() : null;
            if (here == null && _place == SidecarPlace.Automatic)
            {
                here = OnLan(stop);
            }
            if (here == null && _place != SidecarPlace.ThisMachine && _address.Length > 0)
            {
                here = At(_address);
            }
            return here ?? throw new SidecarException(CallProblem.Unreachable, Sentences.NoSidecar(RuntimeFile.Path));
        }

        private Endpoint OnLan(CancellationToken stop)
        {
            foreach (var found in _token.Length > 0 ? LanBrowser.Find(BrowseMs, stop) : Array.Empty<FoundSidecar>())
            {
                var fingerprint = KnownSidecars.FingerprintOf(found.HttpAddress);
                if (found.IsTls && fingerprint.Length > 0)
                {
                    return new Endpoint(found.HttpAddress, _token, fingerprint);
                }
            }
            return null;
        }

        private Endpoint At(string address)
        {
            if (address.IndexOf(':') < 0)
            {
                throw new SidecarException(CallProblem.Invalid, Sentences.AddressWithoutPort(address));
            }
            if (_token.Length == 0)
            {
                throw new SidecarException(CallProblem.Unauthenticated, Sentences.NoToken(address));
            }
            if (Endpoint.IsLoopback(address))
            {
                return new Endpoint(address, _token);
            }
            var fingerprint = KnownSidecars.FingerprintOf(address);
            if (fingerprint.Length == 0)
            {
                var shown = KnownSidecars.ShownFingerprint(address);
                throw new SidecarException(CallProblem.Untrusted, Sentences.UnknownCertificate(address, shown));
            }
            return new Endpoint(address, _token, fingerprint);
        }
    }
}
