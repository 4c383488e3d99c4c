// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Editor.h"

UMaterialExpression* UMaterialEditingLibrary::CreateMaterialExpression(UMaterial* Material,
                                                                       TSubclassOf<UMaterialExpression> Class, int32,
                                                                       int32)
{
    const UClass* Wanted = Class.Class;
    if (Wanted == UMaterialExpressionScalarParameter::StaticClass())
    {
        return NewObject<UMaterialExpressionScalarParameter>(Material);
    }
    if (Wanted == UMaterialExpressionTextureSampleParameter2D::StaticClass())
    {
        return NewObject<UMaterialExpressionTextureSampleParameter2D>(Material);
    }
    if (Wanted == UMaterialExpressionTextureCoordinate::StaticClass())
    {
        return NewObject<UMaterialExpressionTextureCoordinate>(Material);
    }
    return NewObject<UMaterialExpressionCustom>(Material);
}

bool UMaterialEditingLibrary::ConnectMaterialExpressions(UMaterialExpression* From, FString, UMaterialExpression* To,
                                                         FString Input)
{
    bool bHasInput = false;
    if (const auto* Custom = dynamic_cast<const UMaterialExpressionCustom*>(To))
    {
        for (const FCustomInput& Each : Custom->Inputs)
        {
            bHasInput = bHasInput || Each.InputName.ToString() == Input;
        }
    }
    UMaterial* Material = dynamic_cast<UMaterial*>(From->Outer);
    Material->Connections += bHasInput ? 1 : 0;
    return bHasInput;
}

bool UMaterialEditingLibrary::ConnectMaterialProperty(UMaterialExpression* From, FString, EMaterialProperty Property)
{
    dynamic_cast<UMaterial*>(From->Outer)->Outputs[Property] = From;
    return true;
}

std::map<std::string, UMaterial*>& StubSaved()
{
    static std::map<std::string, UMaterial*> Saved;
    return Saved;
}

bool UPackage::SavePackage(UPackage* Package, UObject* Asset, const TCHAR* File, const FSavePackageArgs&)
{
    if (!Package->bIsWhole)
    {
        return false;
    }
    StubSaved()[StubUtf8(File)] = dynamic_cast<UMaterial*>(Asset);
    return true;
}

bool FPackageName::DoesPackageExist(const FString& Name)
{
    return StubSaved().count(StubUtf8(*Name) + ".uasset") > 0;
}

UEditorEngine* GEditor = nullptr;

FGlobalTabmanager* FGlobalTabmanager::Get()
{
    static FGlobalTabmanager Only;
    return &Only;
}

FSlateNotificationManager& FSlateNotificationManager::Get()
{
    static FSlateNotificationManager Only;
    return Only;
}

UToolMenus* UToolMenus::Get()
{
    static UToolMenus* const Only = NewObject<UToolMenus>();
    return Only;
}

void UToolMenus::UnregisterOwner(const void*)
{
    Get()->Menus.clear();
}

UToolMenu* UToolMenus::ExtendMenu(FName Name)
{
    UToolMenu*& Found = Menus[Name];
    Found = Found ? Found : NewObject<UToolMenu>(this);
    return Found;
}
