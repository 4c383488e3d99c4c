// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "EditorSession.h"

#include "RsaTalkerSubsystem.h"
#include "Stub/Editor.h"

IModuleInterface* StubModuleRsaTalkerEditor();

void TellMaterials(const FStubEngine& Engine, bool bIsCommandlet, RsaTalker::JsonWriter& Json)
{
    FSlateApplication::bIsThere = !bIsCommandlet;
    StubModuleRsaTalkerEditor()->StartupModule();
    for (const auto& [File, Material] : StubSaved())
    {
        Json.Begin(File).Integer("blend", Material->BlendMode).Integer("connections", Material->Connections);
        Json.Integer("outputs", static_cast<int64>(Material->Outputs.size()))
            .Boolean("twoSided", Material->TwoSided)
            .End();
    }
    const auto& Section =
        UToolMenus::Get()->ExtendMenu(TEXT("LevelEditor.MainMenu.Tools"))->Sections[TEXT("RsaTalker")];
    Json.Integer("entries", static_cast<int64>(Section.Entries.size()));
    Section.Entries.at(TEXT("RsaTalkerStartSidecar")).Execute();
    Json.Boolean("asksLan", Engine.World->Game->GetSubsystem<URsaTalkerSubsystem>()->FindSidecars());
    const auto& Notes = FSlateNotificationManager::Get().Shown;
    Json.Text("note", Notes.empty() ? std::string() : Notes.back());
    FSlateApplication::bIsThere = true;
    StubModuleRsaTalkerEditor()->ShutdownModule();
}

void TellWindow(const FStubEngine& Engine, const std::string& Pressed, RsaTalker::JsonWriter& Json)
{
    const FName Name = TEXT("RsaTalkerStatus");
    auto& Tabs = *FGlobalTabmanager::Get();
    if (Tabs.Spawners.count(Name) == 0)
    {
        GEditor = NewObject<UEditorEngine>();
        StubModuleRsaTalkerEditor()->StartupModule();
        UToolMenus::Get()
            ->ExtendMenu(TEXT("LevelEditor.MainMenu.Tools"))
            ->Sections[TEXT("RsaTalker")]
            .Entries.at(Name)
            .Execute();
    }
    GEditor->PlayWorld = Engine.World;
    const auto& Slots = Tabs.Open.at(Name)->Within.at(0)->Within;
    const auto Shown = [&Slots](std::size_t Slot) { return Slots.at(Slot)->Within.at(0); };
    const auto Row = Shown(4)->Within; // the first sidecar of the LAN: its line, its button
    const std::map<std::string, TSharedPtr<SWidget>> Buttons = {
        {"start", Shown(1)}, {"lan", Shown(2)}, {"trust", Row.at(1)->Within.at(0)}};
    if (!Pressed.empty())
    {
        Buttons.at(Pressed)->Click();
    }
    const auto Said = [](const TSharedPtr<SWidget>& Widget) { return StubUtf8(*Widget->Text().Letters); };
    const auto IsSeen = [](const TSharedPtr<SWidget>& Widget) { return Widget->Seen() == EVisibility::Visible; };
    Json.Text("text", Said(Shown(0))).Boolean("mayStart", IsSeen(Shown(1))).Text("lan", Said(Shown(3)));
    Json.Text("row", Said(Row.at(0)->Within.at(0))).Boolean("mayTrust", IsSeen(Buttons.at("trust")));
}
