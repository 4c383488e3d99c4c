// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "CoreMinimal.h"
#include "Framework/Application/SlateApplication.h"
#include "Framework/Notifications/NotificationManager.h"
#include "Modules/ModuleManager.h"
#include "RsaTalkerMaterials.h"
#include "RsaTalkerProgram.h"
#include "RsaTalkerWindow.h"
#include "ToolMenus.h"
#include "Widgets/Notifications/SNotificationList.h"

DEFINE_LOG_CATEGORY_STATIC(LogRsaTalkerEditor, Log, All);

namespace
{
void Notify(const FString& Sentence)
{
    if (!FSlateApplication::IsInitialized()) // a commandlet, such as the one that cooks
    {
        UE_LOG(LogRsaTalkerEditor, Warning, TEXT("%s"), *Sentence);
        return;
    }
    FNotificationInfo Info(FText::FromString(Sentence));
    Info.ExpireDuration = 8.0f;
    FSlateNotificationManager::Get().AddNotification(Info);
}

void NotifyOutcome(const FString& Problem, const TCHAR* Success)
{
    Notify(Problem.IsEmpty() ? FString(Success) : Problem);
}

void StartSidecar()
{
    NotifyOutcome(StartRsaTalkerProgram(), TEXT("The sidecar starts; heads live as soon as it is ready."));
}

void MakeMaterials()
{
    NotifyOutcome(MakeRsaTalkerMaterials(true), TEXT("The materials of the heads are in the plugin's Content folder."));
}
} // namespace

/** The editor's part: the materials of the heads, the menu Tools > RSATalker, and its window. */
class FRsaTalkerEditorModule final : public IModuleInterface
{
public:
    virtual void StartupModule() override
    {
        const FString Problem = MakeRsaTalkerMaterials(false);
        if (!Problem.IsEmpty())
        {
            Notify(Problem);
        }
        Window.Register();
        UToolMenus::RegisterStartupCallback(
            FSimpleMulticastDelegate::FDelegate::CreateRaw(this, &FRsaTalkerEditorModule::AddMenu));
    }

    virtual void ShutdownModule() override
    {
        UToolMenus::UnRegisterStartupCallback(this);
        UToolMenus::UnregisterOwner(this);
        Window.Unregister();
    }

private:
    void AddMenu()
    {
        FToolMenuOwnerScoped Owner(this);
        UToolMenu* Menu = UToolMenus::Get()->ExtendMenu(TEXT("LevelEditor.MainMenu.Tools"));
        FToolMenuSection& Section = Menu->FindOrAddSection(TEXT("RsaTalker"), FText::FromString(TEXT("RSATalker")));
        Section.AddMenuEntry(TEXT("RsaTalkerStatus"), FText::FromString(TEXT("Status")),
                             FText::FromString(TEXT("Whether there is a sidecar, and how the conversations go.")),
                             FSlateIcon(), FUIAction(FExecuteAction::CreateRaw(&Window, &FRsaTalkerWindow::Open)));
        Section.AddMenuEntry(TEXT("RsaTalkerStartSidecar"), FText::FromString(TEXT("Start Sidecar")),
                             FText::FromString(TEXT("Runs an installed rsatalker serve.")), FSlateIcon(),
                             FUIAction(FExecuteAction::CreateStatic(&StartSidecar)));
        Section.AddMenuEntry(
            TEXT("RsaTalkerMakeMaterials"), FText::FromString(TEXT("Make Materials")),
            FText::FromString(TEXT("Makes the materials of the heads anew, in the plugin's Content folder.")),
            FSlateIcon(), FUIAction(FExecuteAction::CreateStatic(&MakeMaterials)));
    }

    FRsaTalkerWindow Window;
};

IMPLEMENT_MODULE(FRsaTalkerEditorModule, RsaTalkerEditor)
