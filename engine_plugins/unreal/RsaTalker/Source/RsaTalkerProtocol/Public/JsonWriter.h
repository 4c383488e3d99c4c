// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ProtocolApi.h"

namespace RsaTalker
{
// Writes one JSON object, key by key. 64-bit numbers become texts, bytes base64, as protobuf's JSON demands. One
// thread.
class RSATALKERPROTOCOL_API JsonWriter
{
public:
    // The memory of a text that is needed no more may be used again.
    explicit JsonWriter(std::string Spent = std::string());

    JsonWriter& Text(std::string_view Key, std::string_view Value);
    JsonWriter& Number(std::string_view Key, double Value);
    JsonWriter& Numbers(std::string_view Key, const float* Values, std::size_t Count);
    JsonWriter& Integer(std::string_view Key, std::int64_t Value);
    JsonWriter& Integer64(std::string_view Key, std::uint64_t Value);
    JsonWriter& Boolean(std::string_view Key, bool Value);
    JsonWriter& Bytes(std::string_view Key, const void* Data, std::size_t SizeBytes);

    // An object or a list inside; an empty key for an entry of a list.
    JsonWriter& Begin(std::string_view Key, char Bracket = '{');
    JsonWriter& End(char Bracket = '}');

    // Closes the object and returns it; the writer is spent.
    std::string Take();

private:
    void Name(std::string_view Key);
    void Quote(std::string_view Letters);

    std::string Line;
};
} // namespace RsaTalker
