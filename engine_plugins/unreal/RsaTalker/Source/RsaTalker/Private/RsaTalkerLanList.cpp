// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerLanList.h"

#include "KnownSidecars.h"
#include "LanBrowser.h"
#include "RsaTalkerHttp.h"
#include "RsaTalkerSettings.h"
#include "SidecarCalls.h"

struct FRsaTalkerLanList::FInside
{
    void Add(const RsaTalker::LanSidecar& Found);

    RsaTalker::LanBrowser Browser;
    std::shared_ptr<RsaTalker::HttpTransport> Transport = std::make_shared<FRsaTalkerHttp>();
    std::vector<std::unique_ptr<RsaTalker::SidecarCalls>> Questions; // one for each that speaks TLS
    TArray<FRsaTalkerAnnounced> Known;
};

// Adds a sidecar, and asks it for its certificate: nothing is sent to one that shows another than expected.
void FRsaTalkerLanList::FInside::Add(const RsaTalker::LanSidecar& Found)
{
    FRsaTalkerAnnounced Entry;
    Entry.Name = UTF8_TO_TCHAR(Found.Name.c_str());
    Entry.Address = UTF8_TO_TCHAR(Found.HttpAddress.c_str());
    Entry.bIsTls = Found.IsTls;
    const int32 Index = Known.Add(Entry);
    if (!Found.IsTls)
    {
        return;
    }
    Questions.push_back(std::make_unique<RsaTalker::SidecarCalls>(Transport, "https://" + Found.HttpAddress, "",
                                                                  RsaTalker::NobodysFingerprint));
    Questions.back()->Call(
        "SidecarService/GetInfo", "{}",
        [this, Index, Remembered = RsaTalker::KnownFingerprint(Found.HttpAddress)](const RsaTalker::CallResult& Result)
        {
            Known[Index].Fingerprint = UTF8_TO_TCHAR(Result.OtherFingerprint.c_str());
            Known[Index].bIsTrusted = !Remembered.empty() && Remembered == Result.OtherFingerprint;
            Known[Index].bHasChanged = !Remembered.empty() && !Known[Index].bIsTrusted;
        },
        5);
}

FRsaTalkerLanList::FRsaTalkerLanList() : Inside(MakeShared<FInside>())
{
}

FRsaTalkerLanList::~FRsaTalkerLanList() = default;

bool FRsaTalkerLanList::Ask()
{
    Inside->Questions.clear(); // their answers call nobody
    Inside->Known.Reset();
    return Inside->Browser.Ask();
}

void FRsaTalkerLanList::Look()
{
    Inside->Browser.Poll();
    while (Inside->Known.Num() < static_cast<int32>(Inside->Browser.Found().size()))
    {
        Inside->Add(Inside->Browser.Found()[static_cast<std::size_t>(Inside->Known.Num())]);
    }
}

const TArray<FRsaTalkerAnnounced>& FRsaTalkerLanList::Get() const
{
    return Inside->Known;
}

FString FRsaTalkerLanList::Trust(int32 Index)
{
    FRsaTalkerAnnounced& Entry = Inside->Known[Index];
    if (!RsaTalker::TrustSidecar(TCHAR_TO_UTF8(*Entry.Address), TCHAR_TO_UTF8(*Entry.Fingerprint)))
    {
        return TEXT("The file known_sidecars.json cannot be written. Set RSATALKER_STATE to a folder of yours.");
    }
    Entry.bIsTrusted = true;
    Entry.bHasChanged = false;
    URsaTalkerSettings* Settings = GetMutableDefault<URsaTalkerSettings>();
    Settings->SidecarAddress = Entry.Address;
    Settings->SidecarFingerprint = FString(); // it is remembered for this user, not for the project
    Settings->TryUpdateDefaultConfigFile();
    return FString();
}
