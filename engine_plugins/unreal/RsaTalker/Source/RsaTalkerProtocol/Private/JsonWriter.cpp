// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "JsonWriter.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "Base64.h"

namespace RsaTalker
{
namespace
{
void AppendNumber(double Value, std::string& Line)
{
    char Digits[32];
    std::snprintf(Digits, sizeof(Digits), "%.9g", std::isfinite(Value) ? Value : 0.0);
    if (char* Comma = std::strchr(Digits, ',')) // of the process's locale, which belongs to the engine
    {
        *Comma = '.';
    }
    Line += Digits;
}
} // namespace

JsonWriter::JsonWriter(std::string Spent) : Line(std::move(Spent))
{
    Line = '{';
}

void JsonWriter::Name(std::string_view Key)
{
    if (Line.back() != '{' && Line.back() != '[')
    {
        Line += ',';
    }
    if (!Key.empty())
    {
        Quote(Key);
        Line += ':';
    }
}

void JsonWriter::Quote(std::string_view Letters)
{
    Line += '"';
    for (const char Letter : Letters)
    {
        if (Letter == '"' || Letter == '\\')
        {
            Line += '\\';
            Line += Letter;
        }
        else if (static_cast<unsigned char>(Letter) < 0x20)
        {
            char Code[8];
            std::snprintf(Code, sizeof(Code), "\\u%04x", static_cast<unsigned>(Letter));
            Line += Code;
        }
        else
        {
            Line += Letter;
        }
    }
    Line += '"';
}

JsonWriter& JsonWriter::Text(std::string_view Key, std::string_view Value)
{
    Name(Key);
    Quote(Value);
    return *this;
}

JsonWriter& JsonWriter::Number(std::string_view Key, double Value)
{
    Name(Key);
    AppendNumber(Value, Line);
    return *this;
}

JsonWriter& JsonWriter::Numbers(std::string_view Key, const float* Values, std::size_t Count)
{
    Begin(Key, '[');
    for (std::size_t Index = 0; Index < Count; ++Index)
    {
        Number("", static_cast<double>(Values[Index]));
    }
    return End(']');
}

JsonWriter& JsonWriter::Integer(std::string_view Key, std::int64_t Value)
{
    Name(Key);
    Line += std::to_string(Value);
    return *this;
}

JsonWriter& JsonWriter::Integer64(std::string_view Key, std::uint64_t Value)
{
    return Text(Key, std::to_string(Value));
}

JsonWriter& JsonWriter::Boolean(std::string_view Key, bool Value)
{
    Name(Key);
    Line += Value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::Bytes(std::string_view Key, const void* Data, std::size_t SizeBytes)
{
    Name(Key);
    Line += '"';
    AppendBase64(Data, SizeBytes, Line);
    Line += '"';
    return *this;
}

JsonWriter& JsonWriter::Begin(std::string_view Key, char Bracket)
{
    Name(Key);
    Line += Bracket;
    return *this;
}

JsonWriter& JsonWriter::End(char Bracket)
{
    Line += Bracket;
    return *this;
}

std::string JsonWriter::Take()
{
    Line += '}';
    return std::move(Line);
}
} // namespace RsaTalker
