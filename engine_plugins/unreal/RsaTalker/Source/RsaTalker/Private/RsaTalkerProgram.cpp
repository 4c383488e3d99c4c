// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerProgram.h"

#include "HAL/PlatformMisc.h"
#include "HAL/PlatformProcess.h"
#include "Misc/EngineVersion.h"
#include "Misc/Paths.h"
#include "RsaTalkerSettings.h"

namespace
{
#if PLATFORM_WINDOWS
const TCHAR* const ProgramName = TEXT("rsatalker.exe");
const TCHAR* const PathSeparator = TEXT(";");
#else
const TCHAR* const ProgramName = TEXT("rsatalker");
const TCHAR* const PathSeparator = TEXT(":");
#endif

FProcHandle Started; // by us

// The program that the settings name, or the first one in PATH; empty if there is none.
FString FindProgram(const FString& Named)
{
    if (!Named.IsEmpty())
    {
        return FPaths::FileExists(Named) ? Named : FString();
    }
    TArray<FString> Folders;
    FPlatformMisc::GetEnvironmentVariable(TEXT("PATH")).ParseIntoArray(Folders, PathSeparator, true);
    for (const FString& Folder : Folders)
    {
        const FString File = FPaths::Combine(Folder, ProgramName);
        if (FPaths::FileExists(File))
        {
            return File;
        }
    }
    return FString();
}
} // namespace

FString StartRsaTalkerProgram()
{
    if (Started.IsValid() && FPlatformProcess::IsProcRunning(Started))
    {
        return FString();
    }
    const URsaTalkerSettings* Settings = GetDefault<URsaTalkerSettings>();
    const FString Program = FindProgram(Settings->SidecarProgram);
    if (Program.IsEmpty())
    {
        return Settings->SidecarProgram.IsEmpty()
                   ? FString(TEXT("No program rsatalker is in PATH. Install it, or name it in Project Settings > "
                                  "Plugins > RSATalker."))
                   : FString::Printf(
                         TEXT("There is no program %s. Correct it in Project Settings > Plugins > RSATalker."),
                         *Settings->SidecarProgram);
    }
    FString Arguments = TEXT("serve");
    if (Settings->bStopSidecarWithProgram)
    {
        Arguments += FString::Printf(TEXT(" --stop-with %u"), FPlatformProcess::GetCurrentProcessId());
    }
    FPlatformProcess::CloseProc(Started);
    Started = FPlatformProcess::CreateProc(*Program, *Arguments, true, true, true, nullptr, 0, nullptr, nullptr);
    return Started.IsValid() ? FString()
                             : FString::Printf(TEXT("%s could not be run. Run it in a terminal to see why."), *Program);
}

FString RsaTalkerProgramSentence()
{
    if (!Started.IsValid())
    {
        return FString();
    }
    return FPlatformProcess::IsProcRunning(Started)
               ? TEXT("The sidecar gets ready; its first start on a machine takes some minutes.")
               : TEXT(
                     "The sidecar that was started from here has ended. Run rsatalker serve in a terminal to see why.");
}

FString RsaTalkerClientName()
{
    return FString(TEXT("Unreal ")) + FEngineVersion::Current().ToString() + TEXT(" RsaTalker 0.1.0");
}
