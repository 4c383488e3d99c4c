// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections.Generic;
using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Names of the 52 weights, in the order of Apple's Live Link Face, and how meshes spell them: any prefix up to a dot,
    /// any case, with or without underscores, and L, R for Left, Right. Any thread.
    /// </summary>
    public static class ArkitNames
    {
        private static readonly string[] Names =
        {
            "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeSquintLeft",
            "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
            "eyeSquintRight", "eyeWideRight", "jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose",
            "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight", "mouthSmileLeft", "mouthSmileRight",
            "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft",
            "mouthStretchRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
            "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
            "mouthUpperUpRight", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
            "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
        };

        private static readonly Dictionary<string, int> Indices = MakeIndices();

        /// <summary>All names, in order.</summary>
        public static IReadOnlyList<string> All => Names;

        /// <summary>Returns the place of a name; -1: it is none of them.</summary>
        public static int IndexOf(string name)
        {
            return Indices.TryGetValue(Plain(name), out var index) ? index : -1;
        }

        private static Dictionary<string, int> MakeIndices()
        {
            var indices = new Dictionary<string, int>();
            for (var index = 0; index < Names.Length; ++index)
            {
                var plain = Plain(Names[index]);
                indices[plain] = index;
                Shorten(indices, plain, "left", "l", index);
                Shorten(indices, plain, "right", "r", index);
            }
            return indices;
        }

        private static void Shorten(Dictionary<string, int> indices, string plain, string side, string letter, int index)
        {
            if (plain.EndsWith(side, System.StringComparison.Ordinal))
            {
                indices[plain.Substring(0, plain.Length - side.Length) + letter] = index;
            }
        }

        private static string Plain(string name)
        {
            var plain = new StringBuilder();
            foreach (var letter in name.Substring(name.LastIndexOf('.') + 1))
            {
                if (letter != '_' && letter != '-' && letter != ' ')
                {
                    plain.Append(char.ToLowerInvariant(letter));
                }
            }
            return plain.ToString();
        }
    }
}
