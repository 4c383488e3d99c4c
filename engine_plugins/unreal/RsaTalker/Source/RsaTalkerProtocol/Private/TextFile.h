// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <string>

namespace RsaTalker
{
// A variable of the environment as UTF-8; empty if it is not set.
std::string EnvironmentText(const char* Name);

// The user's own folder.
std::string HomeFolder();

std::string Joined(const std::string& Folder, const std::string& Name);

// Returns false if there is no such file, or it is larger than a MiB: none of ours is.
bool ReadTextFile(const std::string& Path, std::string& Text);

// Replaces a file as a whole, readable by its user alone; makes its folder.
bool WriteTextFile(const std::string& Path, const std::string& Text);
} // namespace RsaTalker
