// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "TextFile.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace RsaTalker
{
namespace
{
constexpr std::streamoff LargestBytes = 1 << 20;

std::filesystem::path PathOf(const std::string& Utf8)
{
#if defined(__cpp_char8_t)
    return std::filesystem::path(std::u8string(Utf8.begin(), Utf8.end()));
#else
    return std::filesystem::u8path(Utf8);
#endif
}

#if defined(_WIN32)
std::string Utf8Of(const std::filesystem::path& Path)
{
    const auto Letters = Path.u8string();
    return std::string(Letters.begin(), Letters.end());
}
#endif
} // namespace

std::string EnvironmentText(const char* Name)
{
#if defined(_WIN32)
    const std::wstring Wide(Name, Name + std::char_traits<char>::length(Name));
    const wchar_t* Value = _wgetenv(Wide.c_str());
    return Value != nullptr ? Utf8Of(std::filesystem::path(Value)) : std::string();
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
    std::ifstream Stream(PathOf(Path), std::ios::binary | std::ios::ate);
    const std::streamoff Size = Stream ? static_cast<std::streamoff>(Stream.tellg()) : -1;
    if (Size < 0 || Size > LargestBytes)
    {
        return false;
    }
    Text.resize(static_cast<std::size_t>(Size));
    Stream.seekg(0);
    Stream.read(Text.data(), Size);
    return Stream.gcount() == Size;
}

bool WriteTextFile(const std::string& Path, const std::string& Text)
{
    using namespace std::filesystem;
    std::error_code Error;
    create_directories(PathOf(Path).parent_path(), Error);
    const path Draft = PathOf(Path + ".draft");
    {
        std::ofstream Stream(Draft, std::ios::binary | std::ios::trunc);
        permissions(Draft, perms::owner_read | perms::owner_write, Error); // Windows: the folder is its user's alone
        Stream.write(Text.data(), static_cast<std::streamsize>(Text.size()));
        if (!Stream.flush())
        {
            return false;
        }
    }
    rename(Draft, PathOf(Path), Error);
    return !Error;
}
} // namespace RsaTalker
