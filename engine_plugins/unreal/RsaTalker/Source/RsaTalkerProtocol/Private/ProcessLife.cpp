// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "ProcessLife.h"

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#endif

namespace RsaTalker
{
#if defined(_WIN32)

namespace
{
// Of 100 ns, from 1601, where FILETIME begins to count. Nanoseconds from then on do not fit into 64 bits with a sign.
constexpr std::int64_t FileTimeOf1970 = 116'444'736'000'000'000;
} // namespace

std::int64_t ProcessStartNs(std::uint64_t Pid)
{
    const HANDLE Process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(Pid));
    if (Process == nullptr)
    {
        return GetLastError() == ERROR_ACCESS_DENIED ? 0 : -1;
    }
    DWORD Code = 0;
    FILETIME Created{};
    FILETIME Other{};
    GetExitCodeProcess(Process, &Code);
    GetProcessTimes(Process, &Created, &Other, &Other, &Other);
    CloseHandle(Process);
    const auto Ticks = (static_cast<std::int64_t>(Created.dwHighDateTime) << 32) | Created.dwLowDateTime;
    return Code == STILL_ACTIVE ? (Ticks - FileTimeOf1970) * 100 : -1;
}

std::uint64_t PidNamespace()
{
    return 0;
}

#else

std::int64_t ProcessStartNs(std::uint64_t Pid)
{
#if defined(__linux__)
    std::ifstream Stream("/proc/" + std::to_string(Pid) + "/stat");
    if (!Stream)
    {
        return -1;
    }
    const std::string Stat((std::istreambuf_iterator<char>(Stream)), std::istreambuf_iterator<char>());
    const std::size_t AfterName = Stat.rfind(") "); // the name before it may hold spaces and brackets
    std::istringstream Fields(AfterName == std::string::npos ? "X" : Stat.substr(AfterName + 2));
    std::string Field;
    Fields >> Field;
    if (Field == "Z" || Field == "X") // ended; only its parent has not asked yet
    {
        return -1;
    }
    for (int Index = 0; Index < 19; ++Index) // the last one is field 22 of proc(5): start time since boot
    {
        Fields >> Field;
    }
    return std::strtoll(Field.c_str(), nullptr, 10) * (1'000'000'000 / sysconf(_SC_CLK_TCK));
#else
    return kill(static_cast<pid_t>(Pid), 0) == 0 || errno == EPERM ? 0 : -1;
#endif
}

std::uint64_t PidNamespace()
{
    struct stat Status;
    return stat("/proc/self/ns/pid", &Status) == 0 ? static_cast<std::uint64_t>(Status.st_ino) : 0;
}

#endif
} // namespace RsaTalker
