// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// Reads and writes regions with the C++ core and prints what it found, one JSON object a line.
//
//   read_frames frames NAME COUNT   the next COUNT frames, as they come; ends early if the writer is lost
//   read_frames once NAME...        the newest frame of each region, or why there is none
//   read_frames motion NAME         every instant that the ring holds
//   read_frames follow NAME COUNT   the next COUNT instants, as they come
//   read_frames count NAME...       how many instants each ring holds, or why it cannot be read
//   read_frames watch NAME COUNT    whether the writer lives, the first COUNT times that this changes
//   read_frames engine NAME         writes one state whose numbers the test knows
//
// On Windows regions are named sections. Where they are files of another system all the same (under Wine), each file is
// given the section's name first, so that the core opens what a sidecar on Windows would have made.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "Crc32.h"
#include "EngineRegionWriter.h"
#include "FrameRingReader.h"
#include "MotionRingReader.h"

#if defined(_WIN32)
#include <windows.h>
#endif

using namespace RsaTalker;

namespace
{
#if defined(_WIN32)
// Holds a section of that name for as long as this process runs; a name that is no file is left to the core to refuse.
void NameSection(const std::string& Name)
{
    const std::string Path = "Z:\\dev\\shm\\" + Name;
    const DWORD Shared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const HANDLE File =
        CreateFileA(Path.c_str(), GENERIC_READ | GENERIC_WRITE, Shared, nullptr, OPEN_EXISTING, 0, nullptr);
    if (File != INVALID_HANDLE_VALUE)
    {
        CreateFileMappingA(File, nullptr, PAGE_READWRITE, 0, 0, Name.c_str());
        CloseHandle(File); // the section keeps it
    }
}
#else
void NameSection(const std::string&)
{
}
#endif

constexpr int LostPolls = 20000; // of a millisecond: a busy machine may stop a writer for far longer than StaleMs

// One JSON object, printed on its own line.
class JsonLine
{
public:
    JsonLine& Text(const char* Key, const std::string& Value)
    {
        Begin(Key);
        Line += "\"" + Value + "\"";
        return *this;
    }

    template <class Integer> JsonLine& Number(const char* Key, Integer Value)
    {
        Begin(Key);
        Line += std::to_string(Value);
        return *this;
    }

    JsonLine& Numbers(const char* Key, const float* Values, std::size_t Count)
    {
        Begin(Key);
        for (std::size_t Index = 0; Index < Count; ++Index)
        {
            char Digits[32];
            std::snprintf(Digits, sizeof(Digits), "%.9g", static_cast<double>(Values[Index]));
            Line += (Index == 0 ? "[" : ", ") + std::string(std::isfinite(Values[Index]) ? Digits : "null");
        }
        Line += Count == 0 ? "[]" : "]";
        return *this;
    }

    void Print()
    {
        std::printf("{%s}\n", Line.c_str());
        std::fflush(stdout);
    }

private:
    void Begin(const char* Key)
    {
        Line += (Line.empty() ? "\"" : ", \"") + std::string(Key) + "\": ";
    }

    std::string Line;
};

void AddPose(JsonLine& Line, const Pose& Found, const std::vector<float>& Expression)
{
    Line.Numbers("expression", Expression.data(), Expression.size())
        .Numbers("global_orient", Found.GlobalOrient, 3)
        .Numbers("neck_pose", Found.NeckPose, 3)
        .Numbers("jaw_pose", Found.JawPose, 3)
        .Numbers("eye_pose", Found.EyePose, 6)
        .Numbers("transl", Found.Transl, 3)
        .Numbers("arkit", Found.Arkit, ArkitCount);
}

void PrintFrame(const Frame& Found)
{
    const FrameSlot& Header = Found.Header;
    const View& Last = Header.Views[Header.Layers - 1];
    JsonLine Line;
    Line.Text("status", "fresh")
        .Number("frame_number", Header.FrameNumber)
        .Number("utterance_id", Header.UtteranceId)
        .Number("timeline_us", Header.TimelineUs)
        .Number("media_us", Header.MediaUs)
        .Number("pose_id", Header.PoseId)
        .Number("requested_ns", Header.RequestedNs)
        .Number("rendered_ns", Header.RenderedNs)
        .Number("published_ns", Header.PublishedNs)
        .Number("width", Header.Width)
        .Number("height", Header.Height)
        .Number("layers", Header.Layers)
        .Number("format", Header.Format)
        .Number("flags", Header.Flags)
        .Numbers("world_from_head", Header.WorldFromHead, 16)
        .Numbers("camera_from_world", Last.CameraFromWorld, 16)
        .Numbers("tangents", Last.Tangents, 4)
        .Numbers("near_m", &Last.NearM, 1)
        .Numbers("far_m", &Last.FarM, 1)
        .Number("colors_crc32", Crc32(Found.Colors.data(), Found.Colors.size()))
        .Number("depths_crc32", Crc32(Found.Depths.data(), Found.Depths.size() * sizeof(float)));
    AddPose(Line, Found.HeadPose, Found.Expression);
    Line.Print();
}

void PrintProblem(const Problem& Why)
{
    const char* Names[] = {"none", "region_not_found", "protocol_version", "malformed"};
    JsonLine().Text("status", Names[static_cast<int>(Why.Kind)]).Text("field", Why.Field).Print();
}

int ReadFrames(const std::string& Name, int Count)
{
    FrameRingReader Reader;
    Problem Why;
    if (!Reader.Open(Name, Why))
    {
        PrintProblem(Why);
        return 1;
    }
    Frame Found;
    for (int Patience = LostPolls; Count > 0 && Patience > 0;)
    {
        switch (Reader.ReadLatest(Found, Why))
        {
        case ReadStatus::Fresh:
            PrintFrame(Found);
            --Count;
            Patience = LostPolls;
            break;
        case ReadStatus::Malformed:
            PrintProblem(Why);
            return 1;
        case ReadStatus::Nothing:
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            Patience -= Reader.Ring().WriterIsLost() ? 1 : 0;
        }
    }
    return Count == 0 ? 0 : 1;
}

void ReadOnce(const std::string& Name)
{
    FrameRingReader Reader;
    Problem Why;
    Frame Found;
    if (!Reader.Open(Name, Why))
    {
        PrintProblem(Why);
        return;
    }
    switch (Reader.ReadLatest(Found, Why))
    {
    case ReadStatus::Fresh:
        PrintFrame(Found);
        break;
    case ReadStatus::Malformed:
        PrintProblem(Why);
        break;
    case ReadStatus::Nothing:
        JsonLine().Text("status", "nothing").Text("field", "").Print();
    }
}

void PrintInstant(const MotionInstant& Found, const MotionRingReader& Reader)
{
    JsonLine Line;
    Line.Number("index", Found.Index).Number("timeline_us", Found.TimelineUs);
    Line.Text("expression_space", Reader.Ring().ExpressionSpace());
    Line.Number("utterance_a", Found.Heads[0].UtteranceId).Number("media_us_a", Found.Heads[0].MediaUs);
    Line.Number("utterance_b", Found.Heads[1].UtteranceId).Number("media_us_b", Found.Heads[1].MediaUs);
    Line.Numbers("jaw_a", Found.Heads[0].HeadPose.JawPose, 3);
    AddPose(Line, Found.Heads[1].HeadPose, Found.Heads[1].Expression);
    Line.Print();
}

// Prints instants until there are Count of them; with Count 0 those that are there.
int ReadMotion(const std::string& Name, int Count)
{
    MotionRingReader Reader;
    Problem Why;
    MotionInstant Found;
    ReadStatus Status = Reader.Open(Name, Why) ? ReadStatus::Fresh : ReadStatus::Malformed;
    int Printed = 0;
    for (int Patience = LostPolls; Status != ReadStatus::Malformed && Patience > 0;)
    {
        Status = Reader.ReadNext(Found, Why);
        if (Status == ReadStatus::Fresh)
        {
            PrintInstant(Found, Reader);
            Patience = LostPolls;
            if (++Printed == Count)
            {
                return 0;
            }
        }
        else if (Count == 0)
        {
            break;
        }
        else
        {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            Patience -= Reader.Ring().WriterIsLost() ? 1 : 0;
        }
    }
    if (Status == ReadStatus::Malformed)
    {
        PrintProblem(Why);
    }
    return Status == ReadStatus::Nothing && Count == 0 ? 0 : 1;
}

void CountInstants(const std::string& Name)
{
    MotionRingReader Reader;
    Problem Why;
    MotionInstant Found;
    int Instants = 0;
    ReadStatus Status = Reader.Open(Name, Why) ? ReadStatus::Fresh : ReadStatus::Malformed;
    while (Status == ReadStatus::Fresh && (Status = Reader.ReadNext(Found, Why)) == ReadStatus::Fresh)
    {
        ++Instants;
    }
    if (Status == ReadStatus::Malformed)
    {
        PrintProblem(Why);
        return;
    }
    JsonLine().Text("status", "fresh").Text("field", "").Number("instants", Instants).Print();
}

int Watch(const std::string& Name, int Count)
{
    FrameRingReader Reader;
    Problem Why;
    if (!Reader.Open(Name, Why))
    {
        PrintProblem(Why);
        return 1;
    }
    for (bool First = true, WasLost = false; Count > 0; std::this_thread::sleep_for(std::chrono::milliseconds(1)))
    {
        const bool IsLost = Reader.Ring().WriterIsLost();
        if (First || IsLost != WasLost)
        {
            JsonLine().Text("writer", IsLost ? "lost" : "alive").Print();
            --Count;
        }
        First = false;
        WasLost = IsLost;
    }
    return 0;
}

void Count(float* Values, int Size, float First)
{
    for (int Index = 0; Index < Size; ++Index)
    {
        Values[Index] = First + static_cast<float>(Index) / 8;
    }
}

int WriteEngine(const std::string& Name)
{
    EngineRegionWriter Writer;
    Problem Why;
    if (!Writer.Open(Name, Why))
    {
        PrintProblem(Why);
        return 1;
    }
    EngineSlot State{};
    State.PoseId = 7;
    State.DisplayNs = 123456789;
    State.EyeCount = 2;
    State.PlaybackCount = 1;
    State.Flags = static_cast<std::uint32_t>(EngineFlags::HasLight);
    Count(State.WorldFromHead, 32, 1);
    for (int Eye = 0; Eye < 2; ++Eye)
    {
        Count(State.Eyes[Eye].CameraFromWorld, 16, 10.0f + static_cast<float>(Eye));
        Count(State.Eyes[Eye].Tangents, 4, 20.0f + static_cast<float>(Eye));
        State.Eyes[Eye].NearM = 0.125f;
        State.Eyes[Eye].FarM = 50;
    }
    Count(State.Probe, 27, 30);
    Count(State.KeyDirection, 3, 40);
    Count(State.KeyColor, 3, 50);
    State.Playbacks[0] = {3, -40000, 987654321, 0.5f, {}};
    Writer.Write(State);
    return 0;
}
} // namespace

int main(int Count, char** Arguments)
{
    const std::string Verb = Count > 2 ? Arguments[1] : "";
    const bool TakesMany = Verb == "once" || Verb == "count";
    for (int Index = 2; Index < (TakesMany ? Count : std::min(Count, 3)); ++Index)
    {
        NameSection(Arguments[Index]);
        if (TakesMany)
        {
            Verb == "once" ? ReadOnce(Arguments[Index]) : CountInstants(Arguments[Index]);
        }
    }
    if (TakesMany)
    {
        return 0;
    }
    if (Verb == "motion" || Verb == "engine")
    {
        return Verb == "motion" ? ReadMotion(Arguments[2], 0) : WriteEngine(Arguments[2]);
    }
    if (Count == 4 && (Verb == "frames" || Verb == "follow" || Verb == "watch"))
    {
        const auto Follow = Verb == "frames" ? ReadFrames : Verb == "follow" ? ReadMotion : Watch;
        return Follow(Arguments[2], std::atoi(Arguments[3]));
    }
    std::fprintf(stderr, "read_frames frames|follow|watch NAME COUNT, or once|count NAME..., or motion|engine NAME\n");
    return 2;
}
