// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Asks the LAN who offers `_rsatalker._tcp`: multicast DNS with one question and the answers sent back to it
    /// (RFC 6762, 6.7), so that it needs no port that another program holds. Blocks: any thread but the main one.
    /// </summary>
    public static class LanBrowser
    {
        private const int Port = 5353;
        private const int AskEveryMs = 400; // a question may be lost
        private static readonly IPAddress Group = IPAddress.Parse("224.0.0.251");

        /// <summary>Returns the sidecars that answer within a time.</summary>
        public static IReadOnlyList<FoundSidecar> Find(int milliseconds, CancellationToken stop)
        {
            var sockets = Interfaces().Select(Opened).Where(socket => socket != null).ToList();
            var found = new SortedDictionary<string, FoundSidecar>(StringComparer.Ordinal);
            try
            {
                var random = new Random(Guid.NewGuid().GetHashCode()); // others may browse at the same instant
                for (var left = milliseconds; left > 0 && !stop.IsCancellationRequested; left -= AskEveryMs)
                {
                    var question = DnsMessage.Question((ushort)random.Next(1, 1 << 16));
                    foreach (var socket in sockets)
                    {
                        Ask(socket, question);
                    }
                    stop.WaitHandle.WaitOne(Math.Min(left, AskEveryMs));
                    foreach (var socket in sockets)
                    {
                        TakeAnswers(socket, found);
                    }
                }
            }
            finally
            {
                sockets.ForEach(socket => socket.Dispose());
            }
            return found.Values.ToList();
        }

        private static IEnumerable<IPAddress> Interfaces()
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(one => one.OperationalStatus != OperationalStatus.Down && one.SupportsMulticast)
                .SelectMany(one => one.GetIPProperties().UnicastAddresses)
                .Select(one => one.Address)
                .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        }

        private static UdpClient Opened(IPAddress address)
        {
            try
            {
                var socket = new UdpClient(new IPEndPoint(address, 0));
                socket.Client.SetSocketOption(
                    SocketOptionLevel.IP, SocketOptionName.MulticastInterface, address.GetAddressBytes());
                return socket;
            }
            catch (SocketException)
            {
                return null; // an interface that takes no multicast
            }
        }

        private static void Ask(UdpClient socket, byte[] question)
        {
            try
            {
                socket.Send(question, question.Length, new IPEndPoint(Group, Port));
            }
            catch (SocketException)
            {
                return; // its cable was pulled; others may answer
            }
        }

        private static void TakeAnswers(UdpClient socket, IDictionary<string, FoundSidecar> found)
        {
            try
            {
                while (socket.Available > 0)
                {
                    var sender = new IPEndPoint(IPAddress.Any, 0);
                    var answer = DnsMessage.Read(socket.Receive(ref sender));
                    foreach (var instance in answer?.Instances ?? new List<string>())
                    {
                        Take(answer, instance, found);
                    }
                }
            }
            catch (SocketException)
            {
                return; // Windows reports here that an earlier question met a closed port
            }
        }

        private static void Take(DnsMessage answer, string instance, IDictionary<string, FoundSidecar> found)
        {
            if (answer.Places.TryGetValue(instance, out var place)
                && answer.Texts.TryGetValue(instance, out var entries)
                && answer.Addresses.TryGetValue(place.Host, out var address)
                && FoundSidecar.Read(address, entries) is FoundSidecar sidecar)
            {
                found[sidecar.HttpAddress] = sidecar;
            }
        }
    }
}
