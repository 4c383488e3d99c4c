// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>

namespace RsaTalker
{
// When a process started, as the sidecar counts: from the start of the machine on Linux, from 1970 on Windows; 0: it
// runs and the OS does not say; -1: there is no such process.
std::int64_t ProcessStartNs(std::uint64_t Pid);

// Inode of this process's pid namespace on Linux, 0 elsewhere.
std::uint64_t PidNamespace();
} // namespace RsaTalker
