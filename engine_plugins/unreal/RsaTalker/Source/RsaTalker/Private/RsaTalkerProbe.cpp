// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerProbe.h"

#include "HostClock.h"
#include "RsaTalkerHttp.h"
#include "RsaTalkerProgram.h"
#include "RsaTalkerSettings.h"
#include "RsaTalkerSetup.h"
#include "SidecarLink.h"

struct FRsaTalkerProbe::FInside
{
    static constexpr int64 EveryNs = 2'000'000'000;

    RsaTalker::SidecarLink Link{std::make_shared<FRsaTalkerHttp>()};
    int64 NextNs = 0;
    bool bIsFound = false;

    // Until a question is answered, what was found before is true.
    void TakeAnswer()
    {
        if (Link.State() != RsaTalker::LinkState::Connecting)
        {
            bIsFound = Link.State() == RsaTalker::LinkState::Connected;
        }
    }
};

FRsaTalkerProbe::FRsaTalkerProbe() : Inside(MakeShared<FInside>())
{
}

FRsaTalkerProbe::~FRsaTalkerProbe() = default;

void FRsaTalkerProbe::Look()
{
    Inside->TakeAnswer(); // before the next question: a window that is seldom looked at asks each time
    const int64 NowNs = RsaTalker::HostClockNs();
    if (NowNs >= Inside->NextNs && Inside->Link.State() != RsaTalker::LinkState::Connecting)
    {
        const URsaTalkerSettings* Settings = GetDefault<URsaTalkerSettings>();
        Inside->Link.Configure(
            RsaTalkerLinkOf(Settings->SidecarAddress, Settings->SidecarToken, Settings->SidecarFingerprint));
        Inside->Link.Tick(NowNs);
        Inside->NextNs = NowNs + FInside::EveryNs;
    }
    Inside->TakeAnswer();
}

bool FRsaTalkerProbe::IsFound() const
{
    return Inside->bIsFound;
}

FString FRsaTalkerProbe::GetSentence() const
{
    const FString Starting = Inside->Link.WaitsHere() ? RsaTalkerProgramSentence() : FString();
    return Starting.IsEmpty() ? FString(UTF8_TO_TCHAR(Inside->Link.Sentence().c_str())) : Starting;
}
