// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>What is wrong with a region.</summary>
    public enum RegionProblem
    {
        /// <summary>Closed, or its sidecar has gone: ask for the conversation again.</summary>
        RegionNotFound,

        /// <summary>The sidecar speaks another major version.</summary>
        ProtocolVersion,

        /// <summary>A field of the region is out of bounds; nothing outside it was touched.</summary>
        Malformed,
    }

    /// <summary>A region cannot be used; the message says what was expected, what was found and what to do.</summary>
    public sealed class RegionException : Exception
    {
        /// <summary>What kind of problem it is.</summary>
        public RegionProblem Problem { get; private set; }

        /// <summary>Name of the field at fault as in frame_ring.toml; empty if there is none.</summary>
        public string Field { get; private set; }

        public RegionException(RegionProblem problem, string field, string message, Exception cause = null)
            : base(message, cause)
        {
            Problem = problem;
            Field = field;
        }

        /// <summary>Returns the exception for a field that is out of bounds.</summary>
        public static RegionException Malformed(string field, object found, object expected)
        {
            var message = "Malformed region: " + field + " is " + found + "; expected " + expected + ".";
            return new RegionException(RegionProblem.Malformed, field, message);
        }

        internal static void DemandWithin(string field, ulong found, ulong least, ulong most)
        {
            if (found < least || found > most)
            {
                throw Malformed(field, found, least + " to " + most);
            }
        }

        internal static void DemandEqual(string field, ulong found, ulong expected)
        {
            if (found != expected)
            {
                throw Malformed(field, found, expected);
            }
        }

        internal static void DemandMultiple(string field, ulong found, ulong unit)
        {
            if (found % unit != 0)
            {
                throw Malformed(field, found, "a multiple of " + unit);
            }
        }
    }
}
