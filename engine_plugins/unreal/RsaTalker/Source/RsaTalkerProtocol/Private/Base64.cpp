// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Base64.h"

#include <array>

namespace RsaTalker
{
namespace
{
constexpr char Base64Letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t NoLetter = 64;

constexpr std::array<std::uint8_t, 256> MakeValues()
{
    std::array<std::uint8_t, 256> Values{};
    for (std::size_t Index = 0; Index < Values.size(); ++Index)
    {
        Values[Index] = NoLetter;
    }
    for (std::uint8_t Value = 0; Value < 64; ++Value)
    {
        Values[static_cast<std::uint8_t>(Base64Letters[Value])] = Value;
    }
    return Values;
}

constexpr std::array<std::uint8_t, 256> LetterValues = MakeValues();
} // namespace

void AppendBase64(const void* Data, std::size_t SizeBytes, std::string& Text)
{
    const auto* Bytes = static_cast<const std::uint8_t*>(Data);
    Text.reserve(Text.size() + (SizeBytes + 2) / 3 * 4);
    for (std::size_t Index = 0; Index < SizeBytes; Index += 3)
    {
        const std::size_t Left = SizeBytes - Index;
        const std::uint32_t Second = Left > 1 ? Bytes[Index + 1] : 0u;
        const std::uint32_t Third = Left > 2 ? Bytes[Index + 2] : 0u;
        const std::uint32_t Group = (static_cast<std::uint32_t>(Bytes[Index]) << 16) | (Second << 8) | Third;
        Text += Base64Letters[Group >> 18];
        Text += Base64Letters[(Group >> 12) & 63];
        Text += Left > 1 ? Base64Letters[(Group >> 6) & 63] : '=';
        Text += Left > 2 ? Base64Letters[Group & 63] : '=';
    }
}

bool ReadBase64(std::string_view Text, std::vector<std::uint8_t>& Bytes)
{
    if (Text.empty() || Text.size() % 4 != 0)
    {
        return false;
    }
    const std::size_t Padding = Text[Text.size() - 1] != '=' ? 0u : Text[Text.size() - 2] != '=' ? 1u : 2u;
    const std::size_t Letters = Text.size() - Padding;
    Bytes.resize(Text.size() / 4 * 3 - Padding);
    std::uint32_t Group = 0;
    std::size_t At = 0;
    for (std::size_t Index = 0; Index < Text.size(); ++Index)
    {
        const std::uint8_t Value = Index < Letters ? LetterValues[static_cast<std::uint8_t>(Text[Index])] : 0;
        if (Value == NoLetter)
        {
            return false;
        }
        Group = (Group << 6) | Value;
        for (int Shift = 16; Index % 4 == 3 && Shift >= 0 && At < Bytes.size(); Shift -= 8)
        {
            Bytes[At++] = static_cast<std::uint8_t>(Group >> Shift);
        }
    }
    return true;
}
} // namespace RsaTalker
