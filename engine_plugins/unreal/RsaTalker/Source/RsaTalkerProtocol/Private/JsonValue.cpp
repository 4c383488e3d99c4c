// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "JsonValue.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace RsaTalker
{
namespace
{
constexpr int DeepestNesting = 64;      // no answer of a sidecar comes near it
constexpr int LargestExponent = 100000; // of ten: beyond what a double holds, whatever digits stand before it

const JsonValue Nothing;
const std::string NoText;

// Reads decimal digits by hand: std::strtod depends on the locale of the process, which belongs to the engine.
double Decimal(std::string_view Text)
{
    double Digits = 0;
    int Exponent = 0;
    bool IsFraction = false;
    std::size_t At = !Text.empty() && Text[0] == '-' ? 1 : 0;
    for (; At < Text.size() && Text[At] != 'e' && Text[At] != 'E'; ++At)
    {
        if (Text[At] == '.')
        {
            IsFraction = true;
            continue;
        }
        Digits = Digits * 10 + (Text[At] - '0');
        Exponent -= IsFraction ? 1 : 0;
    }
    if (At < Text.size())
    {
        const std::size_t First = At + 1 + (At + 1 < Text.size() && Text[At + 1] == '+' ? 1 : 0);
        int Written = 0;
        if (std::from_chars(Text.data() + First, Text.data() + Text.size(), Written).ec ==
            std::errc::result_out_of_range)
        {
            Written = Text[First] == '-' ? -LargestExponent : LargestExponent;
        }
        Exponent += std::clamp(Written, -LargestExponent, LargestExponent);
    }
    if (Digits == 0)
    {
        return 0; // whatever the exponent: zero times infinity is no number
    }
    const double Value = Exponent < 0 ? Digits / std::pow(10.0, -Exponent) : Digits * std::pow(10.0, Exponent);
    return !Text.empty() && Text[0] == '-' ? -Value : Value;
}
} // namespace

// A recursive descent over one text.
class JsonParser
{
public:
    explicit JsonParser(std::string_view InText) : Text(InText)
    {
    }

    bool Whole(JsonValue& Result)
    {
        const bool IsRead = Value(Result, 0);
        Skip();
        return IsRead && At == Text.size();
    }

private:
    using Kind = JsonValue::Kind;

    void Skip()
    {
        while (At < Text.size() && (Text[At] == ' ' || Text[At] == '\t' || Text[At] == '\n' || Text[At] == '\r'))
        {
            ++At;
        }
    }

    bool Take(char Letter)
    {
        Skip();
        const bool IsThere = At < Text.size() && Text[At] == Letter;
        At += IsThere ? 1 : 0;
        return IsThere;
    }

    bool Word(std::string_view Letters)
    {
        const bool IsThere = Text.substr(At, Letters.size()) == Letters;
        At += IsThere ? Letters.size() : 0;
        return IsThere;
    }

    bool Value(JsonValue& Result, int Depth)
    {
        Skip();
        Result.Is = Kind::Null;
        Result.Letters.clear();
        Result.Count = 0;
        if (At >= Text.size() || Depth > DeepestNesting)
        {
            return false;
        }
        switch (Text[At])
        {
        case '{':
            return Members(Result, Depth);
        case '[':
            return List(Result, Depth);
        case '"':
            Result.Is = Kind::Text;
            return Letters(Result.Letters);
        case 't':
        case 'f':
            Result.Is = Kind::Boolean;
            Result.Flag = Text[At] == 't';
            return Word(Result.Flag ? "true" : "false");
        case 'n':
            return Word("null");
        default:
            Result.Is = Kind::Number;
            return Number(Result.Letters);
        }
    }

    // The place of the next entry: one of an earlier text, or a new one.
    template <class Entry> static Entry& Next(std::vector<Entry>& Places, std::size_t Index)
    {
        if (Index == Places.size())
        {
            Places.emplace_back();
        }
        return Places[Index];
    }

    bool List(JsonValue& Result, int Depth)
    {
        Result.Is = Kind::List;
        ++At;
        if (Take(']'))
        {
            return true;
        }
        do
        {
            if (!Value(Next(Result.Entries, Result.Count++), Depth + 1))
            {
                return false;
            }
        } while (Take(','));
        return Take(']');
    }

    bool Members(JsonValue& Result, int Depth)
    {
        Result.Is = Kind::Object;
        ++At;
        if (Take('}'))
        {
            return true;
        }
        do
        {
            std::string& Key = Next(Result.Keys, Result.Count);
            Key.clear();
            Skip();
            if (At >= Text.size() || Text[At] != '"' || !Letters(Key) || !Take(':') ||
                !Value(Next(Result.Entries, Result.Count++), Depth + 1))
            {
                return false;
            }
        } while (Take(','));
        return Take('}');
    }

    std::size_t Digits()
    {
        const std::size_t First = At;
        while (At < Text.size() && Text[At] >= '0' && Text[At] <= '9')
        {
            ++At;
        }
        return At - First;
    }

    bool Number(std::string& Result)
    {
        const std::size_t First = At;
        Word("-");
        if (Digits() == 0 || (Word(".") && Digits() == 0))
        {
            return false;
        }
        if (Word("e") || Word("E"))
        {
            if (!Word("-"))
            {
                Word("+");
            }
            if (Digits() == 0)
            {
                return false;
            }
        }
        Result = Text.substr(First, At - First);
        return true;
    }

    bool Hex4(std::uint32_t& Code)
    {
        const char* First = Text.data() + At;
        if (At + 4 > Text.size() || std::from_chars(First, First + 4, Code, 16).ptr != First + 4)
        {
            return false;
        }
        At += 4;
        return true;
    }

    static void AppendUtf8(std::uint32_t Code, std::string& Result)
    {
        if (Code < 0x80)
        {
            Result += static_cast<char>(Code);
            return;
        }
        const int Following = Code < 0x800 ? 1 : Code < 0x10000 ? 2 : 3;
        constexpr std::uint32_t Leads[] = {0, 0xC0, 0xE0, 0xF0};
        Result += static_cast<char>(Leads[Following] | (Code >> (6 * Following)));
        for (int Index = Following - 1; Index >= 0; --Index)
        {
            Result += static_cast<char>(0x80 | ((Code >> (6 * Index)) & 0x3F));
        }
    }

    bool Escaped(std::string& Result)
    {
        constexpr std::string_view Written = "\"\\/bfnrt";
        constexpr std::string_view Meant = "\"\\/\b\f\n\r\t";
        const char Letter = Text[At++];
        if (const std::size_t Index = Written.find(Letter); Index != std::string_view::npos)
        {
            Result += Meant[Index];
            return true;
        }
        std::uint32_t Code = 0;
        std::uint32_t Low = 0;
        if (Letter != 'u' || !Hex4(Code))
        {
            return false;
        }
        if (Code >= 0xD800 && Code < 0xDC00 && Word("\\u") && Hex4(Low))
        {
            Code = 0x10000 + ((Code - 0xD800) << 10) + ((Low - 0xDC00) & 0x3FF);
        }
        AppendUtf8(Code, Result);
        return true;
    }

    bool Letters(std::string& Result)
    {
        ++At;
        for (;;)
        {
            const std::size_t Next = Text.find_first_of("\"\\", At);
            if (Next == std::string_view::npos)
            {
                return false;
            }
            Result += Text.substr(At, Next - At); // pictures are long
            At = Next + 1;
            if (Text[Next] == '"')
            {
                return true;
            }
            if (At >= Text.size() || !Escaped(Result))
            {
                return false;
            }
        }
    }

    std::string_view Text;
    std::size_t At = 0;
};

bool JsonValue::Parse(std::string_view Text, JsonValue& Result)
{
    const bool IsRead = JsonParser(Text).Whole(Result);
    Result.Is = IsRead ? Result.Is : Kind::Null;
    return IsRead;
}

bool JsonValue::AsBool(bool Fallback) const
{
    return Is == Kind::Boolean ? Flag : Fallback;
}

double JsonValue::AsNumber(double Fallback) const
{
    const bool IsNumeric =
        Is == Kind::Number || (Is == Kind::Text && Letters.find_first_not_of("-+.eE0123456789") == std::string::npos);
    return IsNumeric && !Letters.empty() ? Decimal(Letters) : Fallback;
}

std::int64_t JsonValue::AsInteger(std::int64_t Fallback) const
{
    std::int64_t Value = 0;
    const char* End = Letters.data() + Letters.size();
    if ((Is == Kind::Number || Is == Kind::Text) && !Letters.empty() &&
        std::from_chars(Letters.data(), End, Value).ptr == End)
    {
        return Value;
    }
    // Beyond 64 bits the nearest that there is: casting such a double is undefined.
    constexpr double Beyond = 9223372036854775808.0; // 2^63
    const double Number = Is == Kind::Number ? AsNumber() : 0;
    if (Number >= Beyond || Number < -Beyond)
    {
        return Number > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
    }
    return Is == Kind::Number ? static_cast<std::int64_t>(Number) : Fallback;
}

const std::string& JsonValue::AsText() const
{
    return Is == Kind::Text ? Letters : NoText;
}

std::size_t JsonValue::Size() const
{
    return Is == Kind::List ? Count : 0;
}

const JsonValue& JsonValue::operator[](std::size_t Index) const
{
    return Index < Size() ? Entries[Index] : Nothing;
}

std::vector<std::string> JsonValue::Names() const
{
    const std::size_t Known = Is == Kind::Object ? Count : 0;
    return {Keys.begin(), Keys.begin() + static_cast<std::ptrdiff_t>(Known)};
}

const JsonValue& JsonValue::operator[](std::string_view Key) const
{
    for (std::size_t Index = 0; Is == Kind::Object && Index < Count; ++Index)
    {
        if (Keys[Index] == Key)
        {
            return Entries[Index];
        }
    }
    return Nothing;
}
} // namespace RsaTalker
