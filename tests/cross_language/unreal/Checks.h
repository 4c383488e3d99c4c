// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// A registry of checks: each has a name and claims one thing. `RunChecks` prints one line for each that fails.

#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

constexpr std::int64_t SecondNs = 1'000'000'000;

struct Check
{
    std::string Name;
    std::function<void()> Body;
};

inline std::vector<Check>& AllChecks()
{
    static std::vector<Check> Checks;
    return Checks;
}

inline std::vector<std::string>& Failures()
{
    static std::vector<std::string> Found;
    return Found;
}

struct Registered
{
    Registered(const char* Name, std::function<void()> Body)
    {
        AllChecks().push_back({Name, std::move(Body)});
    }
};

#define CHECK_THAT(Name)                                                                                               \
    static void Name();                                                                                                \
    static const Registered Name##Registered(#Name, Name);                                                             \
    static void Name()

#define EXPECT(Claim)                                                                                                  \
    do                                                                                                                 \
    {                                                                                                                  \
        if (!(Claim))                                                                                                  \
        {                                                                                                              \
            Failures().push_back(std::string(__FILE__) + ":" + std::to_string(__LINE__) + ": " #Claim);                \
        }                                                                                                              \
    } while (false)

inline bool IsNear(double Found, double Expected, double Tolerance)
{
    return std::abs(Found - Expected) <= Tolerance;
}

inline int RunChecks()
{
    for (const Check& Each : AllChecks())
    {
        const std::size_t Before = Failures().size();
        Each.Body();
        for (std::size_t Index = Before; Index < Failures().size(); ++Index)
        {
            std::printf("%s: %s\n", Each.Name.c_str(), Failures()[Index].c_str());
        }
    }
    std::printf("%zu checks\n", AllChecks().size());
    return Failures().empty() && !AllChecks().empty() ? 0 : 1;
}
