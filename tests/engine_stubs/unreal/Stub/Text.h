// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Text, names, numbers and memory as Unreal spells them; what the plugin calls and no more.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

using int8 = std::int8_t;
using uint8 = std::uint8_t;
using int16 = std::int16_t;
using int32 = std::int32_t;
using uint32 = std::uint32_t;
using int64 = signed long long; // on every platform; std::int64_t is another type on Linux
using uint64 = unsigned long long;
using TCHAR = char16_t;
using ANSICHAR = char;

#define TEXT(Letters) u##Letters
#define PLATFORM_WINDOWS 0
#define THIRD_PARTY_INCLUDES_START
#define THIRD_PARTY_INCLUDES_END
#define INDEX_NONE (-1)
#define RSATALKER_API

std::u16string StubWide(const char* Utf8);
std::string StubUtf8(const TCHAR* Wide);

#define UTF8_TO_TCHAR(Letters) (StubWide(Letters).c_str())
#define TCHAR_TO_UTF8(Letters) (StubUtf8(Letters).c_str())

template <class T> class TArray;

class FString
{
public:
    FString() = default;

    FString(const TCHAR* InLetters) : Letters(InLetters != nullptr ? InLetters : u"")
    {
    }

    FString(std::u16string InLetters) : Letters(std::move(InLetters))
    {
    }

    const TCHAR* operator*() const
    {
        return Letters.c_str();
    }

    bool IsEmpty() const
    {
        return Letters.empty();
    }

    FString Left(int32 Count) const
    {
        return Letters.substr(0, static_cast<std::size_t>(Count));
    }

    FString RightChop(int32 Count) const
    {
        return Letters.substr(static_cast<std::size_t>(Count));
    }

    FString ToLower() const
    {
        std::u16string Result = Letters;
        for (TCHAR& Letter : Result)
        {
            Letter = Letter >= u'A' && Letter <= u'Z' ? static_cast<TCHAR>(Letter + 32) : Letter;
        }
        return Result;
    }

    FString& operator+=(const FString& Other)
    {
        Letters += Other.Letters;
        return *this;
    }

    friend FString operator+(const FString& A, const FString& B)
    {
        return A.Letters + B.Letters;
    }

    friend bool operator==(const FString& A, const FString& B)
    {
        return A.Letters == B.Letters;
    }

    friend bool operator!=(const FString& A, const FString& B)
    {
        return A.Letters != B.Letters;
    }

    int32 ParseIntoArray(TArray<FString>& Result, const TCHAR* Separator, bool bSkipEmpty) const;
    static FString Printf(const TCHAR* Format, ...); // %s of TCHAR, %d, %u

private:
    std::u16string Letters;
};

class FName
{
public:
    FName() = default;

    FName(const TCHAR* InLetters) : Letters(InLetters)
    {
    }

    bool IsNone() const
    {
        return Letters.empty();
    }

    FString ToString() const
    {
        return Letters;
    }

    friend bool operator==(const FName& A, const FName& B)
    {
        return A.Letters == B.Letters;
    }

    friend bool operator<(const FName& A, const FName& B)
    {
        return A.Letters < B.Letters;
    }

private:
    std::u16string Letters;
};

class FText
{
public:
    static FText FromString(const FString& Letters)
    {
        FText Result;
        Result.Letters = Letters;
        return Result;
    }

    FString Letters;
};

struct FMath
{
    template <class T> static T Max(T A, T B)
    {
        return std::max(A, B);
    }

    template <class T> static T Clamp(T Value, T Low, T High)
    {
        return std::clamp(Value, Low, High);
    }

    template <class T> static T Square(T Value)
    {
        return Value * Value;
    }

    static int32 RoundToInt(float Value)
    {
        return static_cast<int32>(std::floor(Value + 0.5f));
    }

    static double Cos(double Angle)
    {
        return std::cos(Angle);
    }

    static double DegreesToRadians(double Degrees)
    {
        return Degrees * 0.017453292519943295;
    }
};

struct FMemory
{
    static void Memcpy(void* To, const void* From, std::size_t Size)
    {
        std::memcpy(To, From, Size);
    }
};

// What was logged, one entry a line.
#include <vector>
std::vector<std::string>& StubLog();
void StubLogLine(const char* Category, const char* Verbosity, const TCHAR* Format, ...);

#define DECLARE_LOG_CATEGORY_EXTERN(Name, Default, All) extern const char* const Stub##Name
#define DEFINE_LOG_CATEGORY(Name)                                                                                      \
    extern const char* const Stub##Name;                                                                               \
    const char* const Stub##Name = #Name
#define DEFINE_LOG_CATEGORY_STATIC(Name, Default, All) static const char* const Stub##Name = #Name
#define UE_LOG(Name, Verbosity, Format, ...) StubLogLine(Stub##Name, #Verbosity, Format, __VA_ARGS__)
