// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"
#include "ILiveLinkSource.h"

#include "FrameRingLayout.h"

/**
 * A Live Link source with the 61 curves of Apple's Live Link Face, so that a MetaHuman or any face set up for ARKit
 * follows a head. One for all heads of the program; each head is a subject. Game thread.
 */
class FRsaTalkerLiveLinkSource final : public ILiveLinkSource
{
public:
    /** The source, registered with Live Link; null if Live Link is not there. */
    static TSharedPtr<FRsaTalkerLiveLinkSource> Get();

    /** Pushes a pose of a head; names its curves first if it is new. */
    void Push(FName Subject, const RsaTalker::Pose& Pose);

    /** Forgets a head. */
    void Remove(FName Subject);

    virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) override;
    virtual bool IsSourceStillValid() const override;
    virtual bool RequestSourceShutdown() override;
    virtual FText GetSourceType() const override;
    virtual FText GetSourceMachineName() const override;
    virtual FText GetSourceStatus() const override;

private:
    ILiveLinkClient* Client = nullptr;
    FGuid SourceGuid;
    TArray<FName> Subjects;
};
