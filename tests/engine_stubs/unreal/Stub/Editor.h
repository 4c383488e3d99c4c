// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// What the editor's part of the plugin calls: materials that keep their graph, notes and menus that keep their entries.

#pragma once

#include "Rendering.h"
#include "Slate.h"

enum EMaterialShadingModel
{
    MSM_Unlit,
    MSM_DefaultLit,
};

enum EBlendMode
{
    BLEND_Opaque,
    BLEND_Masked,
    BLEND_AlphaComposite,
};

enum EMaterialProperty
{
    MP_EmissiveColor,
    MP_Opacity,
    MP_OpacityMask,
};

enum EMaterialSamplerType
{
    SAMPLERTYPE_Color,
    SAMPLERTYPE_LinearColor,
};

enum ECustomMaterialOutputType
{
    CMOT_Float1,
    CMOT_Float3,
};

#define STUB_CLASS(Class)                                                                                              \
    static UClass* StaticClass()                                                                                       \
    {                                                                                                                  \
        static UClass Only{#Class};                                                                                    \
        return &Only;                                                                                                  \
    }

class UMaterialExpression : public UObject
{
};

class UMaterialExpressionScalarParameter : public UMaterialExpression
{
public:
    STUB_CLASS(UMaterialExpressionScalarParameter)
    FName ParameterName;
    float DefaultValue = 0;
};

class UMaterialExpressionTextureSampleParameter2D : public UMaterialExpression
{
public:
    STUB_CLASS(UMaterialExpressionTextureSampleParameter2D)
    FName ParameterName;
    EMaterialSamplerType SamplerType = SAMPLERTYPE_Color;
};

class UMaterialExpressionTextureCoordinate : public UMaterialExpression
{
public:
    STUB_CLASS(UMaterialExpressionTextureCoordinate)
    int32 CoordinateIndex = 0;
};

struct FCustomInput
{
    FName InputName;
};

class UMaterialExpressionCustom : public UMaterialExpression
{
public:
    STUB_CLASS(UMaterialExpressionCustom)
    FString Code;
    ECustomMaterialOutputType OutputType = CMOT_Float1;
    TArray<FCustomInput> Inputs;
};

class UMaterial : public UMaterialInterface
{
public:
    void SetShadingModel(EMaterialShadingModel InModel)
    {
        Model = InModel;
    }

    EMaterialShadingModel Model = MSM_DefaultLit;
    EBlendMode BlendMode = BLEND_Opaque;
    bool TwoSided = false;
    float OpacityMaskClipValue = 0;
    std::map<EMaterialProperty, UMaterialExpression*> Outputs;
    int32 Connections = 0;
};

class UMaterialEditingLibrary
{
public:
    static UMaterialExpression* CreateMaterialExpression(UMaterial* Material, TSubclassOf<UMaterialExpression> Class,
                                                         int32 X, int32 Y);
    static bool ConnectMaterialExpressions(UMaterialExpression* From, FString Output, UMaterialExpression* To,
                                           FString Input);
    static bool ConnectMaterialProperty(UMaterialExpression* From, FString Output, EMaterialProperty Property);

    static void RecompileMaterial(UMaterial*)
    {
    }
};

class UPackage;

struct FSavePackageArgs
{
    EObjectFlags TopLevelFlags = RF_NoFlags;
};

class UPackage : public UObject
{
public:
    void MarkPackageDirty()
    {
    }

    void FullyLoad()
    {
        bIsWhole = true;
    }

    bool bIsWhole = false; // Unreal saves no package of which it has loaded a part

    static bool SavePackage(UPackage* Package, UObject* Asset, const TCHAR* File, const FSavePackageArgs& Arguments);
};

std::map<std::string, UMaterial*>& StubSaved(); // file -> material

inline UPackage* CreatePackage(const TCHAR*)
{
    return NewObject<UPackage>();
}

struct FPackageName
{
    static bool DoesPackageExist(const FString& Name);

    static FString LongPackageNameToFilename(const FString& Name, const FString& Extension)
    {
        return Name + Extension;
    }

    static FString GetAssetPackageExtension()
    {
        return TEXT(".uasset");
    }
};

struct FAssetRegistryModule
{
    static void AssetCreated(UObject*)
    {
    }
};

// Notes.
struct FNotificationInfo
{
    explicit FNotificationInfo(const FText& InText) : Text(InText)
    {
    }

    FText Text;
    float ExpireDuration = 1;
};

struct FSlateApplication
{
    static bool IsInitialized()
    {
        return bIsThere;
    }

    inline static bool bIsThere = true; // false: a commandlet
};

class FSlateNotificationManager
{
public:
    static FSlateNotificationManager& Get();

    void AddNotification(const FNotificationInfo& Info)
    {
        Shown.push_back(StubUtf8(*Info.Text.Letters));
    }

    std::vector<std::string> Shown;
};

// Menus.
struct FSlateIcon
{
};

struct FExecuteAction
{
    static FExecuteAction CreateStatic(void (*Call)())
    {
        return {Call};
    }

    template <class T> static FExecuteAction CreateRaw(T* Object, void (T::*Method)())
    {
        return {[Object, Method] { (Object->*Method)(); }};
    }

    std::function<void()> Execute;
};

struct FUIAction
{
    FUIAction(const FExecuteAction& InAction) : Action(InAction)
    {
    }

    FExecuteAction Action;
};

struct FToolMenuSection
{
    void AddMenuEntry(FName Name, const FText&, const FText&, const FSlateIcon&, const FUIAction& Action)
    {
        Entries.emplace(Name, Action.Action);
    }

    std::map<FName, FExecuteAction> Entries;
};

class UToolMenu : public UObject
{
public:
    FToolMenuSection& FindOrAddSection(FName Name, const FText&)
    {
        return Sections[Name];
    }

    std::map<FName, FToolMenuSection> Sections;
};

struct FSimpleMulticastDelegate
{
    struct FDelegate
    {
        template <class T> static FDelegate CreateRaw(T* Object, void (T::*Method)())
        {
            return {[Object, Method] { (Object->*Method)(); }};
        }

        std::function<void()> Call;
    };
};

class UToolMenus : public UObject
{
public:
    static UToolMenus* Get();

    static void RegisterStartupCallback(const FSimpleMulticastDelegate::FDelegate& Delegate)
    {
        Delegate.Call();
    }

    static void UnRegisterStartupCallback(const void*)
    {
    }

    static void UnregisterOwner(const void*);
    UToolMenu* ExtendMenu(FName Name);
    std::map<FName, UToolMenu*> Menus;
};

struct FToolMenuOwnerScoped
{
    explicit FToolMenuOwnerScoped(const void*)
    {
    }
};
