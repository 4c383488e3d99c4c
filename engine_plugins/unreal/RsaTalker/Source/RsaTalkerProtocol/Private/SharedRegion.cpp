// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "SharedRegion.h"

#include "FrameRingLayout.h"

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
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#endif

namespace RsaTalker
{
namespace
{
bool NotFound(Problem& Why, const std::string& Name, const std::string& Reason)
{
    Why.Kind = ProblemKind::RegionNotFound;
    Why.Text = "There is no region " + Name + ": " + Reason + ". Ask for the conversation again.";
    return false;
}
} // namespace

bool IsRegionName(const std::string& Name)
{
    const std::string Pattern = "{########-####-####-####-############}";
    if (Name.size() != Pattern.size())
    {
        return false;
    }
    for (std::size_t Index = 0; Index < Name.size(); ++Index)
    {
        const char Letter = Name[Index];
        const bool IsHex = (Letter >= '0' && Letter <= '9') || (Letter >= 'A' && Letter <= 'F');
        if (Pattern[Index] == '#' ? !IsHex : Letter != Pattern[Index])
        {
            return false;
        }
    }
    return true;
}

SharedRegion::~SharedRegion()
{
    Close();
}

#if defined(_WIN32)

bool SharedRegion::Open(const std::string& Name, bool Writable, Problem& Why)
{
    Close();
    if (!IsRegionName(Name))
    {
        return NotFound(Why, Name, "a region's name looks like {GUID} in upper case");
    }
    const DWORD Access = Writable ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ;
    const HANDLE Section = OpenFileMappingA(Access, FALSE, Name.c_str());
    if (Section == nullptr)
    {
        return NotFound(Why, Name, "its sidecar has closed it or has gone");
    }
    void* Mapped = MapViewOfFile(Section, Access, 0, 0, 0);
    CloseHandle(Section); // the view keeps the section alive
    MEMORY_BASIC_INFORMATION Information{};
    if (Mapped == nullptr || VirtualQuery(Mapped, &Information, sizeof(Information)) == 0)
    {
        return NotFound(Why, Name, "it cannot be mapped");
    }
    Memory = static_cast<std::uint8_t*>(Mapped);
    Size = Information.RegionSize;
    return Size >= sizeof(RegionHeader) || NotFound(Why, Name, "it is shorter than a header");
}

void SharedRegion::Close()
{
    if (Memory != nullptr)
    {
        UnmapViewOfFile(Memory);
    }
    Memory = nullptr;
    Size = 0;
}

#else

namespace
{
std::string RegionFolder()
{
#if defined(__linux__)
    return "/dev/shm";
#else
    const char* Folder = std::getenv("TMPDIR"); // macOS gives every user one
    return Folder != nullptr ? Folder : "/tmp";
#endif
}
} // namespace

bool SharedRegion::Open(const std::string& Name, bool Writable, Problem& Why)
{
    Close();
    if (!IsRegionName(Name))
    {
        return NotFound(Why, Name, "a region's name looks like {GUID} in upper case");
    }
    const std::string Path = RegionFolder() + "/" + Name;
    const int File = open(Path.c_str(), (Writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC);
    if (File < 0)
    {
        const bool Gone = errno == ENOENT;
        return NotFound(Why, Name, Gone ? "its sidecar has closed it or has gone" : std::strerror(errno));
    }
    struct stat Status;
    const bool Long = fstat(File, &Status) == 0 && Status.st_size >= static_cast<off_t>(sizeof(RegionHeader));
    void* Mapped = MAP_FAILED;
    if (Long)
    {
        Size = static_cast<std::size_t>(Status.st_size);
        Mapped = mmap(nullptr, Size, Writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, File, 0);
    }
    close(File); // the mapping keeps the file alive
    if (Mapped == MAP_FAILED)
    {
        Size = 0;
        return NotFound(Why, Name, Long ? "it cannot be mapped" : "it is shorter than a header");
    }
    Memory = static_cast<std::uint8_t*>(Mapped);
    return true;
}

void SharedRegion::Close()
{
    if (Memory != nullptr)
    {
        munmap(Memory, Size);
    }
    Memory = nullptr;
    Size = 0;
}

#endif
} // namespace RsaTalker
