// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Leftovers.h"

#include <dirent.h>

#include <fstream>

#include "Containers/Ticker.h"
#include "Stub/Services.h"

namespace
{
int CountFolder(const char* Folder)
{
    int Count = 0;
    DIR* Open = opendir(Folder);
    while (Open && readdir(Open))
    {
        ++Count;
    }
    closedir(Open);
    return Count;
}

int CountRegions()
{
    std::ifstream Maps("/proc/self/maps");
    int Count = 0;
    for (std::string Line; std::getline(Maps, Line);)
    {
        Count += Line.find("/dev/shm/{") != std::string::npos ? 1 : 0;
    }
    return Count;
}
} // namespace

void TellLeftovers(RsaTalker::JsonWriter& Json)
{
    Json.Integer("objects", static_cast<int64>(StubObjects().size())).Integer("regions", CountRegions());
    Json.Integer("threads", CountFolder("/proc/self/task")).Integer("files", CountFolder("/proc/self/fd"));
    Json.Integer("tickers", static_cast<int64>(FTSTicker::GetCoreTicker().Entries.size()));
    Json.Integer("subjects", static_cast<int64>(IModularFeatures::Get().LiveLink.Subjects.size()));
}
