// A disk that is full for one process: loaded before the C library (LD_PRELOAD), it lets writes to the files of a
// folder fall short and fail as the system does, once they take SMALL_DISK_BYTES. What is removed makes room again.

#include <dlfcn.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <mutex>

namespace
{

constexpr long kBlock = 4096;
std::mutex mutex;
long taken;

int add(const char*, const struct stat* status, int, struct FTW*)
{
    taken += ((status->st_size + kBlock - 1) / kBlock + 1) * kBlock / static_cast<long>(status->st_nlink);
    return 0;
}

// How many of the bytes a file can take: all of them, some, or none and the error is set.
size_t fitting(int file, size_t more)
{
    const char* folder = getenv("SMALL_DISK");
    const char* bytes = getenv("SMALL_DISK_BYTES");
    if (folder == nullptr || bytes == nullptr)
    {
        return more;
    }
    char link[64];
    char path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path, sizeof path);
    if (length < 0 || strncmp(path, folder, strlen(folder)) != 0)
    {
        return more;
    }
    const std::lock_guard<std::mutex> guard(mutex);
    taken = 0;
    nftw(folder, add, 16, FTW_PHYS);
    const long left = atol(bytes) - taken;
    if (left > 0)
    {
        return left < static_cast<long>(more) ? static_cast<size_t>(left) : more;
    }
    errno = ENOSPC;
    return more == 0 ? 0 : SIZE_MAX;
}

template <typename Function> Function next(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" ssize_t write(int file, const void* data, size_t size)
{
    static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
    const size_t room = fitting(file, size);
    return room == SIZE_MAX ? -1 : real(file, data, room);
}

extern "C" ssize_t pwrite(int file, const void* data, size_t size, off_t place)
{
    static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
    const size_t room = fitting(file, size);
    return room == SIZE_MAX ? -1 : real(file, data, room, place);
}

extern "C" ssize_t pwrite64(int file, const void* data, size_t size, off64_t place)
{
    static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
    const size_t room = fitting(file, size);
    return room == SIZE_MAX ? -1 : real(file, data, room, place);
}

extern "C" ssize_t writev(int file, const struct iovec* parts, int count)
{
    static const auto real = next<ssize_t (*)(int, const struct iovec*, int)>("writev");
    size_t size = 0;
    for (int part = 0; part < count; ++part)
    {
        size += parts[part].iov_len;
    }
    if (fitting(file, size) == size)
    {
        return real(file, parts, count);
    }
    while (count > 0 && parts->iov_len == 0)
    {
        ++parts;
        --count;
    }
    return write(file, parts->iov_base, parts->iov_len); // what fits of the first part, as a system may do
}
