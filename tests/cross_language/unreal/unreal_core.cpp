// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Checks and exhibits of the engine-free core of the Unreal plugin.
//
//   unreal_core checks        runs all checks; prints those that fail, and how many there are
//   unreal_core grid NAME     the depth grid of the newest frame of a region: one corner a line, x y z u v
//   unreal_core allocations FRAMES MOTION    how often memory was asked for while 300 frames were shown
//   unreal_core browse SECONDS    the HTTP addresses of sidecars that announce themselves, one a line
//   unreal_core find          what the runtime file says, as a line of JSON
//   unreal_core trust ADDRESS FINGERPRINT    remembers whom the user trusts
//   unreal_core known ADDRESS    the fingerprint that is remembered
//   unreal_core curves A,...  Live Link's names, and the angles of a pose: 3 of the root, 3 of the neck, 6 of the eyes

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "Allocations.h"
#include "CardGrid.h"
#include "Checks.h"
#include "JsonWriter.h"
#include "KnownSidecars.h"
#include "LanBrowser.h"
#include "LiveLinkCurves.h"
#include "RuntimeFile.h"

using namespace RsaTalker;

namespace
{
int PrintGrid(const char* Name)
{
    FrameRingReader Reader;
    Frame Newest;
    Problem Why;
    if (!Reader.Open(Name, Why) || Reader.ReadLatest(Newest, Why) != ReadStatus::Fresh)
    {
        std::fprintf(stderr, "%s\n", Why.Text.c_str());
        return 1;
    }
    for (std::uint32_t Layer = 0; Layer < Newest.Header.Layers; ++Layer)
    {
        CardGrid Grid;
        BuildGrid(Newest, Layer, GridCells, Grid);
        for (const CardGrid::Corner& Each : Grid.Corners)
        {
            std::printf("%.9g %.9g %.9g %.9g %.9g\n", Each.Place.X, Each.Place.Y, Each.Place.Z,
                        static_cast<double>(Each.U), static_cast<double>(Each.V));
        }
    }
    return 0;
}

int PrintFound()
{
    SidecarRecord Found;
    const RuntimeFileState State = ReadRuntimeFile(Found);
    JsonWriter Json;
    Json.Boolean("running", State == RuntimeFileState::Running).Text("sentence", RuntimeFileSentence(State));
    Json.Text("path", RuntimeFilePath()).Text("httpAddress", Found.HttpAddress).Text("token", Found.Token);
    std::printf("%s\n", Json.Text("stateFolder", StateFolder()).Take().c_str());
    return 0;
}

int PrintCurves(const char* Numbers)
{
    Pose From{};
    float* const Targets[] = {From.GlobalOrient, From.NeckPose, From.EyePose, From.EyePose + 3};
    char* Next = const_cast<char*>(Numbers);
    for (int Index = 0; Index < 12; ++Index)
    {
        Targets[Index / 3][Index % 3] = std::strtof(Next, &Next);
        Next += *Next == ',' ? 1 : 0;
    }
    float Values[LiveLinkCount];
    LiveLinkValues(From, Values);
    JsonWriter Json;
    Json.Begin("names", '[');
    for (const char* Name : LiveLinkNames)
    {
        Json.Text("", Name);
    }
    std::printf("%s\n",
                Json.End(']').Numbers("angles", Values + ArkitCount, LiveLinkCount - ArkitCount).Take().c_str());
    return 0;
}

int PrintLan(double Seconds)
{
    LanBrowser Browser;
    const bool HasAsked = Browser.Ask();
    const auto End = std::chrono::steady_clock::now() + std::chrono::duration<double>(Seconds);
    while (HasAsked && Browser.Found().empty() && std::chrono::steady_clock::now() < End)
    {
        Browser.Poll();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (const LanSidecar& Each : Browser.Found())
    {
        std::printf("%s\n", Each.HttpAddress.c_str());
    }
    return HasAsked ? 0 : 1;
}
} // namespace

int main(int Count, char** Arguments)
{
    const std::string What = Count > 1 ? Arguments[1] : "";
    if (What == "checks")
    {
        return RunChecks();
    }
    if (What == "find")
    {
        return PrintFound();
    }
    if (What == "curves" && Count > 2)
    {
        return PrintCurves(Arguments[2]);
    }
    if (What == "allocations" && Count > 3)
    {
        std::uint64_t Seen = 0;
        const long Allocations = AllocationsOfALife(Arguments[2], Arguments[3], 300, Seen);
        std::printf("%ld %llu\n", Allocations, static_cast<unsigned long long>(Seen));
        return 0;
    }
    if (What == "trust" && Count > 3)
    {
        return TrustSidecar(Arguments[2], Arguments[3]) ? 0 : 1;
    }
    if (What == "known" && Count > 2)
    {
        std::printf("%s\n", KnownFingerprint(Arguments[2]).c_str());
        return 0;
    }
    if (What == "browse" && Count > 2)
    {
        return PrintLan(std::atof(Arguments[2]));
    }
    return What == "grid" && Count > 2 ? PrintGrid(Arguments[2]) : 2;
}
