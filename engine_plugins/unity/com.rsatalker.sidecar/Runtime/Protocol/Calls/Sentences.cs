// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// What a user of the plugin may read: what was expected, what was found, what to do. Documentation~ explains each.
    /// </summary>
    public static class Sentences
    {
        public const string Searching = "Looking for a sidecar.";
        public const string Stopped = "The conversation is stopped: enable it in Play mode.";
        public const string Gone = "The sidecar went away. Looking for it again; start it with `rsatalker serve`.";
        public const string NotLive = "This was not said: the conversation is not live yet. Wait for its state Live.";
        public const string Interrupted = "The connection to the sidecar was lost while this was being said.";
        public const string TooManyVoices =
            "16 utterances are playing or waiting already; this one was not said. Wait until one ends, or cancel one.";

        public static string NoSidecar(string file)
        {
            return "No sidecar is running on this machine: " + file + " names none. Start one with `rsatalker serve`, or "
                + "with the button Start sidecar in Window > RSATalker.";
        }

        public static string NobodyAnswers(Endpoint endpoint)
        {
            return "No sidecar answers at " + endpoint.HttpAddress + ". Start one with `rsatalker serve`, or correct the "
                + "address: it is the one of HTTP.";
        }

        public static string NoAnswerInTime(Endpoint endpoint, int timeoutMs)
        {
            return "The sidecar at " + endpoint.HttpAddress + " has not answered within " + timeoutMs / 1000
                + " s. Is the machine overloaded?";
        }

        public static string OtherCertificate(Endpoint endpoint, string shown)
        {
            return "The sidecar at " + endpoint.HttpAddress + " shows a certificate with the fingerprint "
                + InPairs(shown) + "; expected " + InPairs(endpoint.Fingerprint) + ". If it has not been renewed, another machine answers in its "
                + "place: do not send it your token.";
        }

        public static string UnknownCertificate(string address, string shown)
        {
            return "The sidecar at " + address + " is not known here; its certificate has the fingerprint "
                + InPairs(shown) + ". If that is what its `rsatalker serve --lan` printed, trust it in Window > RSATalker.";
        }

        /// <summary>A fingerprint as `rsatalker serve --lan` prints it, so that people can compare them.</summary>
        public static string InPairs(string fingerprint)
        {
            var pairs = new StringBuilder();
            for (var at = 0; at < fingerprint.Length; ++at)
            {
                pairs.Append(at > 0 && at % 2 == 0 ? ":" : "").Append(fingerprint[at]);
            }
            return pairs.ToString();
        }

        public static string NoToken(string address)
        {
            return "The sidecar at " + address + " needs its token: set Token of the conversation or RSATALKER_TOKEN to "
                + "what its `rsatalker serve --lan` printed.";
        }

        public static string AddressWithoutPort(string address)
        {
            return "The address is " + address + "; expected host:port of the sidecar's HTTP, such as 192.168.1.20:50552.";
        }

        public static string OtherMajorVersion(uint found)
        {
            return "The sidecar speaks protocol " + found + "; this plugin speaks " + FrameRingLayout.Major
                + ". Install the versions of both that belong together.";
        }

        public static string OneAvatarMissing(int participant)
        {
            return "Head " + "AB"[participant] + " has no avatar. Choose one in its inspector; Window > RSATalker lists them.";
        }

        public static string HeadIsGone(int participant)
        {
            return "Head " + "AB"[participant] + " was destroyed while the conversation lived. Set Head A and Head B to two "
                + "Talking Head objects, then disable and enable the conversation.";
        }

        public static string Unexpected(System.Exception failure)
        {
            return "The plugin failed unexpectedly (" + failure.GetType().Name + ": " + failure.Message + "). Disable and "
                + "enable the conversation to begin again, and report this.";
        }

        public static string ProgramNotFound(string program)
        {
            return "There is no program " + program + ". Install the sidecar as its README says, and set the whole path "
                + "of its rsatalker, such as /opt/rsatalker/.venv/bin/rsatalker, in Window > RSATalker.";
        }
    }
}
