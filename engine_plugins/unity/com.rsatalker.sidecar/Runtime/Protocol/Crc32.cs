// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>CRC-32 of IEEE 802.3, as zlib computes it. Any thread.</summary>
    public static class Crc32
    {
        private const uint Polynomial = 0xEDB88320; // bits reversed
        private static readonly uint[] Table = MakeTable();

        public static uint Compute(byte[] bytes, int start, int count)
        {
            var crc = uint.MaxValue;
            for (var index = start; index < start + count; ++index)
            {
                crc = (crc >> 8) ^ Table[(crc ^ bytes[index]) & 0xFF];
            }
            return ~crc;
        }

        private static uint[] MakeTable()
        {
            var table = new uint[256];
            for (uint value = 0; value < table.Length; ++value)
            {
                var remainder = value;
                for (var bit = 0; bit < 8; ++bit)
                {
                    remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? Polynomial : 0);
                }
                table[value] = remainder;
            }
            return table;
        }
    }
}
