// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "Problem.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
// Shared memory of one name, made by the sidecar and opened here. One thread.
class RSATALKERPROTOCOL_API SharedRegion
{
public:
    SharedRegion() = default;
    ~SharedRegion();
    SharedRegion(const SharedRegion&) = delete;
    SharedRegion& operator=(const SharedRegion&) = delete;

    // Opens a region by its name {GUID}; its content has not been checked. Returns false and says why if it cannot.
    bool Open(const std::string& Name, bool Writable, Problem& Why);
    void Close();

    std::uint8_t* Data() const
    {
        return Memory;
    }

    // Size of the mapping, which no field of a header can change.
    std::size_t SizeBytes() const
    {
        return Size;
    }

private:
    std::uint8_t* Memory = nullptr;
    std::size_t Size = 0;
};

// Whether a name looks like {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX} in upper-case hex.
RSATALKERPROTOCOL_API bool IsRegionName(const std::string& Name);
} // namespace RsaTalker
