// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "EditorSession.h"

#include "RsaTalkerSubsystem.h"
#include "Stub/Editor.h"

IModuleInterface* StubModuleRsaTalkerEditor();

void TellMaterials(const FStubEngine& Engine, RsaTalker::JsonWriter& Json)
{
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
    Json.Text("note", FSlateNotificationManager::Get().Shown.back());
    StubModuleRsaTalkerEditor()->ShutdownModule();
}

void TellWindow(const FStubEngine& Engine, bool bPress, RsaTalker::JsonWriter& Json)
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
    const auto& Button = Slots.at(1)->Within.at(0);
    if (bPress)
    {
        Button->Click();
    }
    Json.Text("text", StubUtf8(*Slots.at(0)->Within.at(0)->Text().Letters));
    Json.Boolean("mayStart", Button->Seen() == EVisibility::Visible);
}
