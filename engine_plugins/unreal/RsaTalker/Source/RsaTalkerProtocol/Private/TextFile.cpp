// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// By calls of the system: the C++ library that Unreal brings for Linux need not hold std::filesystem.

#include "TextFile.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace RsaTalker
{
namespace
{
constexpr std::size_t LargestBytes = 1 << 20;

struct Closes
{
    void operator()(std::FILE* Stream) const
    {
        std::fclose(Stream);
    }
};

using OpenFile = std::unique_ptr<std::FILE, Closes>;

#if defined(_WIN32)

std::wstring WideOf(const std::string& Utf8)
{
    const int Letters = static_cast<int>(Utf8.size());
    const int Count = MultiByteToWideChar(CP_UTF8, 0, Utf8.data(), Letters, nullptr, 0);
    std::wstring Wide(static_cast<std::size_t>(Count), L'\0');
    MultiByteToWideChar(CP_UTF8, 0, Utf8.data(), Letters, Wide.data(), Count);
    return Wide;
}

std::string Utf8Of(const wchar_t* Wide)
{
    const int Letters = static_cast<int>(std::char_traits<wchar_t>::length(Wide));
    const int Count = WideCharToMultiByte(CP_UTF8, 0, Wide, Letters, nullptr, 0, nullptr, nullptr);
    std::string Utf8(static_cast<std::size_t>(Count), '\0');
    WideCharToMultiByte(CP_UTF8, 0, Wide, Letters, Utf8.data(), Count, nullptr, nullptr);
    return Utf8;
}

OpenFile OpenToRead(const std::string& Path)
{
    return OpenFile(_wfopen(WideOf(Path).c_str(), L"rb"));
}

// The folder of a user on Windows is that user's alone, and so is the file.
OpenFile OpenToWrite(const std::string& Path)
{
    return OpenFile(_wfopen(WideOf(Path).c_str(), L"wb"));
}

void MakeFolder(const std::string& Path)
{
    CreateDirectoryW(WideOf(Path).c_str(), nullptr);
}

bool Rename(const std::string& From, const std::string& To)
{
    return MoveFileExW(WideOf(From).c_str(), WideOf(To).c_str(), MOVEFILE_REPLACE_EXISTING) != 0;
}

#else

OpenFile OpenToRead(const std::string& Path)
{
    return OpenFile(std::fopen(Path.c_str(), "rb"));
}

OpenFile OpenToWrite(const std::string& Path)
{
    const int File = open(Path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (File < 0)
    {
        return nullptr;
    }
    fchmod(File, S_IRUSR | S_IWUSR); // also where an older draft was left
    return OpenFile(fdopen(File, "wb"));
}

void MakeFolder(const std::string& Path)
{
    mkdir(Path.c_str(), S_IRWXU | S_IRWXG | S_IRWXO); // less what the user's umask takes away
}

bool Rename(const std::string& From, const std::string& To)
{
    return std::rename(From.c_str(), To.c_str()) == 0;
}

#endif

// Every folder on the way to a file; those that exist stay as they are.
void MakeFoldersOf(const std::string& Path)
{
    for (std::size_t End = Path.find_first_of("/\\", 1); End != std::string::npos;
         End = Path.find_first_of("/\\", End + 1))
    {
        MakeFolder(Path.substr(0, End));
    }
}
} // namespace

std::string EnvironmentText(const char* Name)
{
#if defined(_WIN32)
    const wchar_t* Value = _wgetenv(WideOf(Name).c_str());
    return Value != nullptr ? Utf8Of(Value) : std::string();
#else
    const char* Value = std::getenv(Name);
    return Value != nullptr ? Value : "";
#endif
}

std::string HomeFolder()
{
#if defined(_WIN32)
    return EnvironmentText("USERPROFILE");
#else
    return EnvironmentText("HOME");
#endif
}

std::string Joined(const std::string& Folder, const std::string& Name)
{
#if defined(_WIN32)
    return Folder + "\\" + Name;
#else
    return Folder + "/" + Name;
#endif
}

bool ReadTextFile(const std::string& Path, std::string& Text)
{
    const OpenFile Stream = OpenToRead(Path);
    if (!Stream)
    {
        return false;
    }
    Text.resize(LargestBytes + 1);
    Text.resize(std::fread(Text.data(), 1, Text.size(), Stream.get()));
    return Text.size() <= LargestBytes && std::ferror(Stream.get()) == 0;
}

bool WriteTextFile(const std::string& Path, const std::string& Text)
{
    MakeFoldersOf(Path);
    const std::string Draft = Path + ".draft";
    OpenFile Stream = OpenToWrite(Draft);
    if (!Stream)
    {
        return false;
    }
    const bool IsWritten = std::fwrite(Text.data(), 1, Text.size(), Stream.get()) == Text.size();
    const bool IsClosed = std::fclose(Stream.release()) == 0; // says whether all of it has found room
    return IsWritten && IsClosed && Rename(Draft, Path);
}
} // namespace RsaTalker
