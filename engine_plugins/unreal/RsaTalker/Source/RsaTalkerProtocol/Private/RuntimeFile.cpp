// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RuntimeFile.h"

#include "JsonValue.h"
#include "ProcessLife.h"
#include "TextFile.h"

namespace RsaTalker
{
namespace
{
std::string RuntimeFolder()
{
    if (std::string Override = EnvironmentText("RSATALKER_RUNTIME"); !Override.empty())
    {
        return Override;
    }
#if defined(_WIN32)
    const std::string Local = EnvironmentText("LOCALAPPDATA");
    return (Local.empty() ? HomeFolder() + "\\AppData\\Local" : Local) + "\\RSATalker\\Runtime";
#elif defined(__APPLE__)
    return HomeFolder() + "/Library/Application Support/RSATalker";
#else
    if (std::string Runtime = EnvironmentText("XDG_RUNTIME_DIR"); !Runtime.empty())
    {
        return Runtime + "/rsatalker";
    }
    const std::string Cache = EnvironmentText("XDG_CACHE_HOME");
    return (Cache.empty() ? HomeFolder() + "/.cache" : Cache) + "/rsatalker/runtime";
#endif
}

bool IsAlive(const SidecarRecord& Record)
{
    if (Record.PidNamespace != PidNamespace()) // of a container: a call will tell
    {
        return true;
    }
    const std::int64_t StartNs = ProcessStartNs(Record.Pid);
    return StartNs >= 0 && (StartNs == 0 || Record.StartNs == 0 || StartNs == Record.StartNs);
}
} // namespace

std::string RuntimeFilePath()
{
    return Joined(RuntimeFolder(), "sidecar.json");
}

std::string StateFolder()
{
    if (std::string Override = EnvironmentText("RSATALKER_STATE"); !Override.empty())
    {
        return Override;
    }
#if defined(_WIN32)
    const std::string Local = EnvironmentText("LOCALAPPDATA");
    return (Local.empty() ? HomeFolder() + "\\AppData\\Local" : Local) + "\\RSATalker\\State";
#elif defined(__APPLE__)
    return HomeFolder() + "/Library/Application Support/RSATalker/State";
#else
    const std::string State = EnvironmentText("XDG_STATE_HOME");
    return (State.empty() ? HomeFolder() + "/.local/state" : State) + "/rsatalker";
#endif
}

RuntimeFileState ReadRuntimeFile(SidecarRecord& Found)
{
    std::string Text;
    if (!ReadTextFile(RuntimeFilePath(), Text))
    {
        return RuntimeFileState::Missing;
    }
    JsonValue Entries;
    JsonValue::Parse(Text, Entries);
    Found.Address = Entries["address"].AsText();
    Found.HttpAddress = Entries["http_address"].AsText();
    Found.Token = Entries["token"].AsText();
    Found.Version = Entries["version"].AsText();
    Found.TlsFingerprint = Entries["tls_fingerprint"].AsText();
    Found.Pid = static_cast<std::uint64_t>(Entries["pid"].AsInteger());
    Found.StartNs = Entries["start_ns"].AsInteger();
    Found.PidNamespace = static_cast<std::uint64_t>(Entries["pid_namespace"].AsInteger());
    if (Found.HttpAddress.empty() || Found.Token.empty())
    {
        return RuntimeFileState::Damaged;
    }
    return IsAlive(Found) ? RuntimeFileState::Running : RuntimeFileState::Stale;
}

std::string RuntimeFileSentence(RuntimeFileState State)
{
    const std::string Path = RuntimeFilePath();
    switch (State)
    {
    case RuntimeFileState::Running:
        return "The sidecar named in " + Path + " runs.";
    case RuntimeFileState::Missing:
        return "No sidecar is running: there is no " + Path +
               ". Start one with `rsatalker serve`, or press Start sidecar.";
    case RuntimeFileState::Stale:
        return "No sidecar is running: the one named in " + Path +
               " has ended. Start one with `rsatalker serve`, or press Start sidecar.";
    case RuntimeFileState::Damaged:
        return "The file " + Path +
               " names no sidecar with an HTTP address and a token. Stop the sidecar, delete the "
               "file and start it again with `rsatalker serve`.";
    }
    return Path;
}
} // namespace RsaTalker
