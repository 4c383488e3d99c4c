// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>The first bytes of a region: what it is, and of which version.</summary>
    internal static class RegionHeader
    {
        /// <summary>Refuses what is not a region of that name and kind in a layout that this plugin reads.</summary>
        /// <exception cref="RegionException">It is of another version or malformed.</exception>
        public static void Check(SharedRegion region, string name, RegionKind kind)
        {
            if (region.ReadUInt64(RegionHeaderLayout.Magic) != FrameRingLayout.Magic)
            {
                throw RegionException.Malformed("magic", "not RSATALKR", "RSATALKR: the region is not RSATalker's");
            }
            var major = region.ReadUInt32(RegionHeaderLayout.Major);
            var minor = region.ReadUInt32(RegionHeaderLayout.Minor);
            if (major != FrameRingLayout.Major)
            {
                throw new RegionException(
                    RegionProblem.ProtocolVersion,
                    "major",
                    "The region has layout version " + major + "." + minor + "; this plugin reads "
                        + FrameRingLayout.Major + ".x. Update the older of the sidecar and the plugin.");
            }
            RegionException.DemandEqual("kind", region.ReadUInt32(RegionHeaderLayout.Kind), (ulong)kind);
            RegionException.DemandEqual(
                "header_bytes", region.ReadUInt32(RegionHeaderLayout.HeaderBytes), RegionHeaderLayout.SizeBytes);
            var header = new byte[RegionHeaderLayout.SizeBytes];
            region.Read(0, header, 0, header.Length);
            var ownName = NameOf(header, RegionHeaderLayout.Guid);
            if (ownName != name)
            {
                throw RegionException.Malformed("guid", ownName, name + ", its own name");
            }
            RegionException.DemandEqual(
                "region_bytes", region.ReadUInt64(RegionHeaderLayout.RegionBytes), (ulong)region.SizeBytes);
            if (minor <= FrameRingLayout.Minor)
            {
                CheckReserved(header);
            }
        }

        /// <summary>What the expression coefficients mean; empty in an engine region.</summary>
        public static string ExpressionSpace(SharedRegion region)
        {
            var name = new byte[RegionHeaderLayout.WriterPid - RegionHeaderLayout.ExpressionSpace];
            region.Read(RegionHeaderLayout.ExpressionSpace, name, 0, name.Length);
            return Encoding.ASCII.GetString(name).TrimEnd('\0');
        }

        private static void CheckReserved(byte[] header)
        {
            var gaps = RegionHeaderLayout.Reserved;
            for (var gap = 0; gap < gaps.Length; gap += 2)
            {
                for (var index = gaps[gap]; index < gaps[gap] + gaps[gap + 1]; ++index)
                {
                    if (header[index] != 0)
                    {
                        throw RegionException.Malformed("reserved byte from " + gaps[gap], "not 0", 0);
                    }
                }
            }
        }

        private static string NameOf(byte[] header, int first)
        {
            var digits = BitConverter.ToString(header, first, 16).Replace("-", "");
            return "{" + digits.Insert(20, "-").Insert(16, "-").Insert(12, "-").Insert(8, "-") + "}";
        }
    }
}
