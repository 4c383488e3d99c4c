// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerWindow.h"

#include "Editor.h"
#include "Engine/GameInstance.h"
#include "Engine/World.h"
#include "EngineUtils.h"
#include "Framework/Docking/TabManager.h"
#include "RsaTalkerConversation.h"
#include "RsaTalkerProgram.h"
#include "RsaTalkerSettings.h"
#include "RsaTalkerSubsystem.h"
#include "Widgets/Docking/SDockTab.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

namespace
{
const FName TabName = TEXT("RsaTalkerStatus");

constexpr int32 LanRows = 6; // sidecars of the LAN that are shown

bool MayBeTrusted(const FRsaTalkerAnnounced& Found)
{
    return !Found.bIsTrusted && !Found.Fingerprint.IsEmpty();
}

// A sidecar of the LAN: its name, its address, and whether it may be trusted.
FString LineOf(const FRsaTalkerAnnounced& Found)
{
    const FString Line = Found.Name + TEXT(" at ") + Found.Address + TEXT("\n");
    if (!Found.bIsTls)
    {
        return Line +
               TEXT("It was started with --insecure-lan: everybody on the LAN can listen. To use it all the same, "
                    "write http:// and the address into Sidecar Address.");
    }
    if (Found.Fingerprint.IsEmpty())
    {
        return Line + TEXT("It has not shown its certificate yet.");
    }
    const TCHAR* const Advice = Found.bIsTrusted ? TEXT("\nYou trust it.")
                                : Found.bHasChanged
                                    ? TEXT("\nYou trusted another certificate at this address. If it has not been "
                                           "renewed, another machine answers in its place.")
                                    : TEXT("\nTrust it if its rsatalker serve --lan printed the same.");
    return Line + TEXT("Fingerprint ") + Found.Fingerprint + Advice;
}

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

FString FRsaTalkerWindow::LanText()
{
    Lan.Look();
    if (!bHasAsked || !LanProblem.IsEmpty())
    {
        return LanProblem;
    }
    const int32 Hidden = Lan.Get().Num() - LanRows;
    const FString None =
        TEXT("Nobody has answered. There: rsatalker serve --lan; a firewall must let UDP 5353 through.");
    return Lan.Get().Num() == 0 ? None
           : Hidden > 0         ? FString::Printf(TEXT("%d more are not shown."), Hidden)
                                : FString();
}

void FRsaTalkerWindow::AskLan()
{
    bHasAsked = true;
    LanProblem = Lan.Ask() ? FString() : FString(TEXT("No network of this machine takes the question who is there."));
}

void FRsaTalkerWindow::Trust(int32 Index)
{
    LanProblem = Lan.Trust(Index);
    UGameInstance* const Game = GEditor && GEditor->PlayWorld ? GEditor->PlayWorld->GetGameInstance() : nullptr;
    if (Game && LanProblem.IsEmpty())
    {
        const URsaTalkerSettings* Settings = GetDefault<URsaTalkerSettings>();
        Game->GetSubsystem<URsaTalkerSubsystem>()->UseSidecar(Settings->SidecarAddress, Settings->SidecarToken,
                                                              FString());
    }
}

TSharedRef<SWidget> FRsaTalkerWindow::StartButton()
{
    return SNew(SButton)
        .Text(FText::FromString(TEXT("Start sidecar")))
        .Visibility_Lambda([this] { return Probe.IsFound() ? EVisibility::Collapsed : EVisibility::Visible; })
        .OnClicked_Lambda(
            [this]
            {
                StartProblem = StartRsaTalkerProgram();
                return FReply::Handled();
            });
}

TSharedRef<SWidget> FRsaTalkerWindow::LanButton()
{
    return SNew(SButton)
        .Text(FText::FromString(TEXT("Look for sidecars on the LAN")))
        .OnClicked_Lambda(
            [this]
            {
                AskLan();
                return FReply::Handled();
            });
}

// One sidecar of the LAN: who it is, and a button to trust it.
TSharedRef<SWidget> FRsaTalkerWindow::LanRow(int32 Index)
{
    const auto Seen = [this, Index](bool bMayTrust)
    {
        const bool bIsThere = Index < Lan.Get().Num() && (!bMayTrust || MayBeTrusted(Lan.Get()[Index]));
        return bIsThere ? EVisibility::Visible : EVisibility::Collapsed;
    };
    // clang-format off
    return SNew(SVerticalBox)
        + SVerticalBox::Slot().AutoHeight()
        [
            SNew(STextBlock).AutoWrapText(true)
            .Visibility_Lambda([Seen] { return Seen(false); })
            .Text_Lambda([this, Index]
            {
                return FText::FromString(Index < Lan.Get().Num() ? LineOf(Lan.Get()[Index]) : FString());
            })
        ]
        + SVerticalBox::Slot().AutoHeight()
        [
            SNew(SButton)
            .Text(FText::FromString(TEXT("Trust this fingerprint and use it")))
            .Visibility_Lambda([Seen] { return Seen(true); })
            .OnClicked_Lambda([this, Index]
            {
                Trust(Index);
                return FReply::Handled();
            })
        ];
    // clang-format on
}

TSharedRef<SDockTab> FRsaTalkerWindow::Spawn(const FSpawnTabArgs&)
{
    // clang-format off
    const TSharedRef<SVerticalBox> Rows = SNew(SVerticalBox)
        + SVerticalBox::Slot().AutoHeight().Padding(8.0f)
        [
            SNew(STextBlock).AutoWrapText(true).Text_Lambda([this] { return FText::FromString(Text()); })
        ]
        + SVerticalBox::Slot().AutoHeight().Padding(8.0f)[ StartButton() ]
        + SVerticalBox::Slot().AutoHeight().Padding(8.0f)[ LanButton() ]
        + SVerticalBox::Slot().AutoHeight().Padding(8.0f)
        [
            SNew(STextBlock).AutoWrapText(true).Text_Lambda([this] { return FText::FromString(LanText()); })
        ];
    // clang-format on
    for (int32 Index = 0; Index < LanRows; ++Index)
    {
        Rows->AddSlot().AutoHeight().Padding(8.0f)[LanRow(Index)];
    }
    return SNew(SDockTab).TabRole(ETabRole::NomadTab)[Rows];
}
