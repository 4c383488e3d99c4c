// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <string>
#include <string_view>

#include "ProtocolApi.h"

namespace RsaTalker
{
enum class ProblemKind
{
    None,
    RegionNotFound,  // closed, or its sidecar has gone: ask for the conversation again
    ProtocolVersion, // the sidecar speaks another major version
    Malformed,       // a field of the region is out of bounds
};

// What went wrong: expected, found, what to do.
struct RSATALKERPROTOCOL_API Problem
{
    ProblemKind Kind = ProblemKind::None;
    std::string Field; // of the region, if one is at fault
    std::string Text;  // for people

    // Sets this to Malformed, with the three parts of its sentence, and returns false.
    bool Refuse(std::string_view FieldName, std::string_view Found, std::string_view Expected);
};
} // namespace RsaTalker
