// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstdint>
#include <string>

#include "ProtocolApi.h"

namespace RsaTalker
{
// A running sidecar, as its runtime file or the user names it.
struct SidecarRecord
{
    std::string Address;     // of gRPC, "127.0.0.1:50551"
    std::string HttpAddress; // of HTTP
    std::string Token;
    std::string Version;
    std::string TlsFingerprint; // of its certificate, upper-case hex; empty without --lan
    std::uint64_t Pid = 0;
    std::int64_t StartNs = 0; // when its process started, as the OS counts
    std::uint64_t PidNamespace = 0;
};

enum class RuntimeFileState
{
    Running,
    Missing, // no file, or one that cannot be read
    Stale,   // its process has ended
    Damaged, // not what a sidecar writes
};

// Where the runtime file of this user is, or would be; sidecar/runtime_file.py has the same rules. Any thread.
RSATALKERPROTOCOL_API std::string RuntimeFilePath();

// Where fingerprints of trusted sidecars are kept; sidecar/network/state_folder.py has the same rules. Any thread.
RSATALKERPROTOCOL_API std::string StateFolder();

// Reads the runtime file of this user: one small file. Any thread.
RSATALKERPROTOCOL_API RuntimeFileState ReadRuntimeFile(SidecarRecord& Found);

// One sentence about a state other than Running.
RSATALKERPROTOCOL_API std::string RuntimeFileSentence(RuntimeFileState State);
} // namespace RsaTalker
