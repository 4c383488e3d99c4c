// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ProtocolApi.h"

namespace RsaTalker
{
// A JSON document that was read. What is missing, or of another kind, reads as a null, an empty text or the fallback,
// so that answers of newer sidecars cannot break an older plugin. A value that is read into again and again uses its
// memory again. One thread.
class RSATALKERPROTOCOL_API JsonValue
{
public:
    // Returns false, and leaves a null, if the text is not one JSON value.
    static bool Parse(std::string_view Text, JsonValue& Result);

    bool IsNull() const
    {
        return Is == Kind::Null;
    }

    bool IsObject() const
    {
        return Is == Kind::Object;
    }

    bool AsBool(bool Fallback = false) const;
    double AsNumber(double Fallback = 0) const;              // numbers, and texts that hold one
    std::int64_t AsInteger(std::int64_t Fallback = 0) const; // the same: 64-bit numbers come as texts
    const std::string& AsText() const;

    std::size_t Size() const; // entries of a list
    const JsonValue& operator[](std::size_t Index) const;
    const JsonValue& operator[](std::string_view Key) const;
    std::vector<std::string> Names() const; // of an object, as they were written

private:
    friend class JsonParser;

    enum class Kind
    {
        Null,
        Boolean,
        Number,
        Text,
        List,
        Object,
    };

    Kind Is = Kind::Null;
    bool Flag = false;
    std::string Letters;   // of a text; of a number, as it was written
    std::size_t Count = 0; // of entries; those behind are kept for the next text
    std::vector<JsonValue> Entries;
    std::vector<std::string> Keys; // of an object
};
} // namespace RsaTalker
