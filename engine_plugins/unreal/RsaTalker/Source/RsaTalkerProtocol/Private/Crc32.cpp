// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Crc32.h"

#include <array>

namespace RsaTalker
{
namespace
{
constexpr std::array<std::uint32_t, 256> MakeTable()
{
    std::array<std::uint32_t, 256> Table{};
    for (std::uint32_t Byte = 0; Byte < 256; ++Byte)
    {
        std::uint32_t Remainder = Byte;
        for (int Bit = 0; Bit < 8; ++Bit)
        {
            Remainder = (Remainder >> 1) ^ ((Remainder & 1) != 0 ? 0xEDB88320u : 0u); // the polynomial, bits reversed
        }
        Table[Byte] = Remainder;
    }
    return Table;
}

constexpr std::array<std::uint32_t, 256> Table = MakeTable();
} // namespace

std::uint32_t Crc32(const void* Data, std::size_t SizeBytes)
{
    const auto* Bytes = static_cast<const std::uint8_t*>(Data);
    std::uint32_t Crc = 0xFFFFFFFFu;
    for (std::size_t Index = 0; Index < SizeBytes; ++Index)
    {
        Crc = (Crc >> 8) ^ Table[(Crc ^ Bytes[Index]) & 0xFF];
    }
    return ~Crc;
}
} // namespace RsaTalker
