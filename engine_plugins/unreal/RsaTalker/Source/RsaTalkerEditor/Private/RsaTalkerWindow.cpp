// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerWindow.h"

#include "Editor.h"
#include "EngineUtils.h"
#include "Framework/Docking/TabManager.h"
#include "RsaTalkerConversation.h"
#include "RsaTalkerProgram.h"
#include "Widgets/Docking/SDockTab.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

namespace
{
const FName TabName = TEXT("RsaTalkerStatus");

FString SkewOf(const FRsaTalkerHealth& Health)
{
    const int32 SkewMs = FMath::RoundToInt(Health.SkewMs);
    return FString::Printf(TEXT("faces %d ms %s their sound"), SkewMs < 0 ? -SkewMs : SkewMs,
                           SkewMs < 0 ? TEXT("ahead of") : TEXT("behind"));
}

// One conversation: its name, what goes on, and how it goes.
FString LinesOf(ARsaTalkerConversation& Conversation)
{
    FString Lines = FString(TEXT("\n\n")) + Conversation.GetName() + TEXT(": ") + Conversation.GetSentence();
    if (Conversation.GetState() == ERsaTalkerState::Live)
    {
        const FRsaTalkerHealth Health = Conversation.GetHealth();
        Lines += FString::Printf(TEXT("\n%d frames a second, %d ms from eyes to picture, "),
                                 FMath::RoundToInt(Health.FramesPerSecond), FMath::RoundToInt(Health.LatencyMs));
        Lines += SkewOf(Health) + TEXT(".");
        Lines += Health.Warning.IsEmpty() ? FString() : FString(TEXT("\n")) + Health.Warning;
    }
    return Lines;
}
} // namespace

void FRsaTalkerWindow::Register()
{
    FGlobalTabmanager::Get()
        ->RegisterNomadTabSpawner(TabName, FOnSpawnTab::CreateRaw(this, &FRsaTalkerWindow::Spawn))
        .SetDisplayName(FText::FromString(TEXT("RSATalker")))
        .SetMenuType(ETabSpawnerMenuType::Hidden); // it has its entry in Tools > RSATalker
}

void FRsaTalkerWindow::Unregister()
{
    FGlobalTabmanager::Get()->UnregisterNomadTabSpawner(TabName);
}

void FRsaTalkerWindow::Open()
{
    FGlobalTabmanager::Get()->TryInvokeTab(TabName);
}

FString FRsaTalkerWindow::Text()
{
    Probe.Look();
    FString Lines = Probe.GetSentence();
    if (!Probe.IsFound() && !StartProblem.IsEmpty())
    {
        Lines += FString(TEXT("\n")) + StartProblem;
    }
    UWorld* Play = GEditor ? GEditor->PlayWorld : nullptr;
    if (!Play)
    {
        return Lines + TEXT("\n\nPress Play to see how the conversations go.");
    }
    for (TActorIterator<ARsaTalkerConversation> Each(Play); Each; ++Each)
    {
        Lines += LinesOf(**Each);
    }
    return Lines;
}

TSharedRef<SDockTab> FRsaTalkerWindow::Spawn(const FSpawnTabArgs&)
{
    // clang-format off
    return SNew(SDockTab).TabRole(ETabRole::NomadTab)
    [
        SNew(SVerticalBox)
        + SVerticalBox::Slot().AutoHeight().Padding(8.0f)
        [
            SNew(STextBlock).AutoWrapText(true).Text_Lambda([this] { return FText::FromString(Text()); })
        ]
        + SVerticalBox::Slot().AutoHeight().Padding(8.0f)
        [
            SNew(SButton)
            .Text(FText::FromString(TEXT("Start sidecar")))
            .Visibility_Lambda([this] { return Probe.IsFound() ? EVisibility::Collapsed : EVisibility::Visible; })
            .OnClicked_Lambda([this]
            {
                StartProblem = StartRsaTalkerProgram();
                return FReply::Handled();
            })
        ]
    ];
    // clang-format on
}
