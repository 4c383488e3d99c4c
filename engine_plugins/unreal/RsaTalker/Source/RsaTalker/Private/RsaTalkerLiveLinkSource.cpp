// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerLiveLinkSource.h"

#include "Features/IModularFeatures.h"
#include "HAL/PlatformTime.h"
#include "ILiveLinkClient.h"
#include "LiveLinkCurves.h"
#include "LiveLinkTypes.h"
#include "Roles/LiveLinkBasicRole.h"
#include "Roles/LiveLinkBasicTypes.h"

TSharedPtr<FRsaTalkerLiveLinkSource> FRsaTalkerLiveLinkSource::Get()
{
    static TWeakPtr<FRsaTalkerLiveLinkSource> Known;
    IModularFeatures& Features = IModularFeatures::Get();
    if (!Features.IsModularFeatureAvailable(ILiveLinkClient::ModularFeatureName))
    {
        return nullptr;
    }
    TSharedPtr<FRsaTalkerLiveLinkSource> Source = Known.Pin();
    if (!Source.IsValid() || !Source->IsSourceStillValid()) // the user may have removed it
    {
        Source = MakeShared<FRsaTalkerLiveLinkSource>();
        Known = Source;
        Features.GetModularFeature<ILiveLinkClient>(ILiveLinkClient::ModularFeatureName).AddSource(Source);
    }
    return Source;
}

void FRsaTalkerLiveLinkSource::Push(FName Subject, const RsaTalker::Pose& Pose)
{
    if (!Client)
    {
        return;
    }
    const FLiveLinkSubjectKey Key(SourceGuid, Subject);
    if (!Subjects.Contains(Subject))
    {
        Subjects.Add(Subject);
        FLiveLinkStaticDataStruct Names(FLiveLinkBaseStaticData::StaticStruct());
        for (const char* Name : RsaTalker::LiveLinkNames)
        {
            Names.Cast<FLiveLinkBaseStaticData>()->PropertyNames.Add(FName(UTF8_TO_TCHAR(Name)));
        }
        Client->PushSubjectStaticData_AnyThread(Key, ULiveLinkBasicRole::StaticClass(), MoveTemp(Names));
    }
    float Values[RsaTalker::LiveLinkCount];
    RsaTalker::LiveLinkValues(Pose, Values);
    FLiveLinkFrameDataStruct Frame(FLiveLinkBaseFrameData::StaticStruct());
    FLiveLinkBaseFrameData& Data = *Frame.Cast<FLiveLinkBaseFrameData>();
    Data.WorldTime = FPlatformTime::Seconds();
    Data.PropertyValues.Append(Values, RsaTalker::LiveLinkCount);
    Client->PushSubjectFrameData_AnyThread(Key, MoveTemp(Frame));
}

void FRsaTalkerLiveLinkSource::Remove(FName Subject)
{
    if (Client && Subjects.Remove(Subject) > 0)
    {
        Client->RemoveSubject_AnyThread(FLiveLinkSubjectKey(SourceGuid, Subject));
    }
}

void FRsaTalkerLiveLinkSource::ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid)
{
    Client = InClient;
    SourceGuid = InSourceGuid;
}

bool FRsaTalkerLiveLinkSource::IsSourceStillValid() const
{
    return Client != nullptr;
}

bool FRsaTalkerLiveLinkSource::RequestSourceShutdown()
{
    Client = nullptr;
    Subjects.Reset();
    return true;
}

FText FRsaTalkerLiveLinkSource::GetSourceType() const
{
    return FText::FromString(TEXT("RSATalker"));
}

FText FRsaTalkerLiveLinkSource::GetSourceMachineName() const
{
    return FText::FromString(TEXT("This program"));
}

FText FRsaTalkerLiveLinkSource::GetSourceStatus() const
{
    return FText::FromString(Subjects.Num() > 0 ? TEXT("Live") : TEXT("No head is live"));
}
