// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Containers.h"

namespace
{
void AppendUtf8(std::uint32_t Code, std::string& Result)
{
    if (Code < 0x80)
    {
        Result += static_cast<char>(Code);
        return;
    }
    Result += static_cast<char>(Code < 0x800 ? 0xC0 | (Code >> 6) : 0xE0 | (Code >> 12));
    if (Code >= 0x800)
    {
        Result += static_cast<char>(0x80 | ((Code >> 6) & 0x3F));
    }
    Result += static_cast<char>(0x80 | (Code & 0x3F));
}

std::u16string Formatted(const TCHAR* Format, va_list Values)
{
    std::u16string Result;
    for (; *Format != 0; ++Format)
    {
        if (*Format != u'%')
        {
            Result += *Format;
            continue;
        }
        switch (*++Format)
        {
        case u's':
            Result += va_arg(Values, const TCHAR*);
            break;
        case u'd':
            Result += StubWide(std::to_string(va_arg(Values, int)).c_str());
            break;
        case u'u':
            Result += StubWide(std::to_string(va_arg(Values, unsigned)).c_str());
            break;
        default:
            Result += *Format;
        }
    }
    return Result;
}
} // namespace

std::u16string StubWide(const char* Utf8) // of up to three bytes a letter: all that the plugin's sentences have
{
    std::u16string Result;
    for (const auto* At = reinterpret_cast<const unsigned char*>(Utf8); *At != 0;)
    {
        const int Following = *At < 0x80 ? 0 : *At < 0xE0 ? 1 : 2;
        std::uint32_t Code = Following == 0 ? *At : Following == 1 ? *At & 0x1Fu : *At & 0x0Fu;
        ++At;
        for (int Index = 0; Index < Following && *At != 0; ++Index)
        {
            Code = (Code << 6) | (*At++ & 0x3Fu);
        }
        Result += static_cast<char16_t>(Code);
    }
    return Result;
}

std::string StubUtf8(const TCHAR* Wide)
{
    std::string Result;
    for (; *Wide != 0; ++Wide)
    {
        AppendUtf8(*Wide, Result);
    }
    return Result;
}

FString FString::Printf(const TCHAR* Format, ...)
{
    va_list Values;
    va_start(Values, Format);
    FString Result(Formatted(Format, Values));
    va_end(Values);
    return Result;
}

int32 FString::ParseIntoArray(TArray<FString>& Result, const TCHAR* Separator, bool bSkipEmpty) const
{
    std::u16string Part;
    for (const TCHAR Letter : Letters + Separator)
    {
        if (Letter != Separator[0])
        {
            Part += Letter;
            continue;
        }
        if (!Part.empty() || !bSkipEmpty)
        {
            Result.Add(FString(Part));
        }
        Part.clear();
    }
    return Result.Num();
}

std::vector<std::string>& StubLog()
{
    static std::vector<std::string> Lines;
    return Lines;
}

void StubLogLine(const char* Category, const char* Verbosity, const TCHAR* Format, ...)
{
    va_list Values;
    va_start(Values, Format);
    const std::string Line = StubUtf8(Formatted(Format, Values).c_str());
    va_end(Values);
    StubLog().push_back(std::string(Category) + " " + Verbosity + ": " + Line);
}
