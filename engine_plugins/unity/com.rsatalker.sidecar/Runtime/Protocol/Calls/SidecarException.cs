// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Why a call failed.</summary>
    public enum CallProblem
    {
        /// <summary>Nobody answers, or not in time: look for the sidecar again.</summary>
        Unreachable,

        /// <summary>The certificate is not the one that is trusted.</summary>
        Untrusted,

        /// <summary>The token is missing or another sidecar's.</summary>
        Unauthenticated,

        /// <summary>No such conversation, avatar or utterance.</summary>
        NotFound,

        /// <summary>A mistake in the request.</summary>
        Invalid,

        /// <summary>Right, but not now: a state, a version, a limit.</summary>
        Refused,

        /// <summary>The sidecar failed; its log says where.</summary>
        Internal,
    }

    /// <summary>A call failed; the message says what was expected, what was found and what to do.</summary>
    public sealed class SidecarException : Exception
    {
        public CallProblem Problem { get; }

        public SidecarException(CallProblem problem, string sentence, Exception cause = null)
            : base(sentence, cause)
        {
            Problem = problem;
        }

        /// <summary>Returns what a refusal of the sidecar means; the sentence is the sidecar's own.</summary>
        public static SidecarException OfAnswer(int status, string code, string sentence)
        {
            if (sentence.Length == 0)
            {
                sentence = "The address answers with HTTP " + status + " and without a word: it is not a sidecar's HTTP "
                    + "address. `rsatalker status` tells which one is.";
            }
            return new SidecarException(ProblemOf(code), sentence);
        }

        private static CallProblem ProblemOf(string code)
        {
            switch (code)
            {
                case "unauthenticated":
                    return CallProblem.Unauthenticated;
                case "not_found":
                    return CallProblem.NotFound;
                case "invalid_argument":
                    return CallProblem.Invalid;
                case "unavailable":
                case "deadline_exceeded":
                    return CallProblem.Unreachable;
                case "internal":
                    return CallProblem.Internal;
                default:
                    return CallProblem.Refused;
            }
        }
    }
}
