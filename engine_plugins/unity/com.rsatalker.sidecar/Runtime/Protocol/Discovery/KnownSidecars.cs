// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Whom this user trusts: the sidecars of other machines, by the fingerprints of their certificates. The same file as
    /// that of `rsatalker status --address`. Any thread but the main one: it reads files and opens connections.
    /// </summary>
    public static class KnownSidecars
    {
        private const int AnswerMs = 5000; // longest wait for a certificate

        private static string File => Path.Combine(UserFolders.State, "known_sidecars.json");

        /// <summary>Returns the fingerprint that is remembered for "host:port"; empty: none.</summary>
        public static string FingerprintOf(string address)
        {
            return Read().TryGetValue(address, out var fingerprint) ? fingerprint : "";
        }

        /// <summary>Trusts a certificate from now on.</summary>
        public static void Trust(string address, string fingerprint)
        {
            var known = Read();
            known[address] = Endpoint.Plain(fingerprint);
            var json = new JsonWriter();
            foreach (var entry in known)
            {
                json.Field(entry.Key, entry.Value);
            }
            Directory.CreateDirectory(UserFolders.State);
            var draft = File + "." + System.Diagnostics.Process.GetCurrentProcess().Id;
            System.IO.File.WriteAllText(draft, json.ToString());
            if (System.IO.File.Exists(File))
            {
                System.IO.File.Replace(draft, File, null);
            }
            else
            {
                System.IO.File.Move(draft, File);
            }
        }

        /// <summary>Returns the fingerprint of the certificate that is shown at "host:port", whoever shows it.</summary>
        /// <exception cref="SidecarException">Nobody answers there with TLS.</exception>
        public static string ShownFingerprint(string address)
        {
            var shown = "";
            try
            {
                var colon = address.LastIndexOf(':');
                using var socket = new TcpClient { SendTimeout = AnswerMs, ReceiveTimeout = AnswerMs };
                if (!socket.ConnectAsync(
                    address.Substring(0, colon).Trim('[', ']'), int.Parse(address.Substring(colon + 1))).Wait(AnswerMs))
                {
                    throw new IOException("no answer");
                }
                using var tls = new SslStream(socket.GetStream(), false, (sender, certificate, chain, problems) =>
                {
                    using var hash = SHA256.Create();
                    shown = BitConverter.ToString(hash.ComputeHash(certificate.GetRawCertData())).Replace("-", "");
                    return true;
                });
                tls.AuthenticateAsClient("rsatalker");
            }
            catch (Exception error) when (shown.Length == 0)
            {
                var sentence = Sentences.NobodyAnswers(new Endpoint(address, ""));
                throw new SidecarException(CallProblem.Unreachable, sentence, error);
            }
            catch (Exception error) when (error is IOException || error is System.Security.Authentication.AuthenticationException)
            {
                return shown; // it has shown it; what came after does not matter here
            }
            return shown;
        }

        private static Dictionary<string, string> Read()
        {
            var known = new Dictionary<string, string>();
            try
            {
                var entries = JsonReader.Read(System.IO.File.ReadAllText(File));
                foreach (var address in entries.Names)
                {
                    known[address] = entries[address].Text;
                }
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException
                || error is FormatException)
            {
                return known; // none yet, or damaged: nobody is known
            }
            return known;
        }
    }
}
