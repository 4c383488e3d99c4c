// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using RsaTalker.Sidecar.Protocol;
using UnityEditor;

namespace RsaTalker.Sidecar.Editor
{
    /// <summary>Asks, on a thread of its own, whether a sidecar runs, what it offers, and who is on the LAN.</summary>
    internal sealed class SidecarProbe
    {
        private const int BrowseMs = 2500;

        /// <summary>The one of this editor; it is made anew with the domain.</summary>
        public static readonly SidecarProbe Shared = new SidecarProbe();

        private readonly CancellationTokenSource _stop = new CancellationTokenSource();
        private int _isLooking;
        private int _isBrowsing;

        /// <summary>What is to be read: which sidecar there is, or why there is none. Any thread, like all below.</summary>
        public volatile string Sentence = "Nobody has looked yet.";

        public volatile SidecarInfo Info;
        public volatile string[] AvatarNames = new string[0];
        public volatile IReadOnlyList<FoundSidecar> OnLan = new FoundSidecar[0];

        /// <summary>Fingerprints that sidecars on the LAN show, by their address.</summary>
        public volatile Dictionary<string, string> Shown = new Dictionary<string, string>();

        private SidecarProbe()
        {
            AssemblyReloadEvents.beforeAssemblyReload += _stop.Cancel;
        }

        /// <summary>Looks for the sidecar of this machine.</summary>
        public void Look()
        {
            if (Interlocked.Exchange(ref _isLooking, 1) == 0)
            {
                Task.Run(() => Guarded(Ask, () => _isLooking = 0));
            }
        }

        /// <summary>Looks for sidecars on the LAN.</summary>
        public void Browse()
        {
            if (Interlocked.Exchange(ref _isBrowsing, 1) == 0)
            {
                Task.Run(() => Guarded(AskLan, () => _isBrowsing = 0));
            }
        }

        private void Ask()
        {
            using var calls = new SidecarCalls(new SidecarFinder(SidecarPlace.ThisMachine).Find(_stop.Token));
            Info = calls.GetInfo("Unity editor", _stop.Token);
            var names = new List<string>();
            foreach (var avatar in calls.ListAvatars(_stop.Token))
            {
                names.Add(avatar.Name);
            }
            AvatarNames = names.ToArray();
            Sentence = "Sidecar " + Info.Version + " answers at " + calls.Endpoint.HttpAddress + " (renderer "
                + Info.Renderer + ").";
        }

        private void AskLan()
        {
            var found = LanBrowser.Find(BrowseMs, _stop.Token);
            var shown = new Dictionary<string, string>();
            foreach (var sidecar in found)
            {
                shown[sidecar.HttpAddress] = sidecar.IsTls ? KnownSidecars.ShownFingerprint(sidecar.HttpAddress) : "";
            }
            Shown = shown;
            OnLan = found;
        }

        private void Guarded(Action look, Action after)
        {
            try
            {
                look();
            }
            catch (SidecarException problem)
            {
                Sentence = problem.Message;
                Info = null;
            }
            finally
            {
                after();
            }
        }
    }
}
