// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerMaterials.h"

#include "AssetRegistry/AssetRegistryModule.h"
#include "MaterialEditingLibrary.h"
#include "Materials/Material.h"
#include "Materials/MaterialExpressionCustom.h"
#include "Materials/MaterialExpressionScalarParameter.h"
#include "Materials/MaterialExpressionTextureCoordinate.h"
#include "Materials/MaterialExpressionTextureSampleParameter2D.h"
#include "Misc/PackageName.h"
#include "UObject/Package.h"
#include "UObject/SavePackage.h"

namespace
{
// Premultiplied sRGB to linear colour: divide first, or edges get a dark seam.
const TCHAR* const ColorCode = TEXT("float3 Encoded = saturate(Rgb / max(Alpha, 0.0001));\n")
    TEXT("float3 Linear = lerp(Encoded / 12.92, pow((Encoded + 0.055) / 1.055, 2.4), step(0.04045, Encoded));\n")
        TEXT("return Linear * Brightness * (IsEdge > 0.5 ? Alpha : 1.0);");

// Each eye sees its own surface; the second texture coordinate says whose it is: 0 left, 1 right, 2 both.
const TCHAR* const AlphaCode =
    TEXT("float Seen = Eye.x > 1.5 || abs(Eye.x - ResolvedView.StereoPassIndex) < 0.5 ? 1.0 : 0.0;\n")
        TEXT("return Seen * (IsEdge > 0.5 ? (Alpha < SolidAlpha ? Alpha : 0.0) : (Alpha < SolidAlpha ? 0.0 : 1.0));");

constexpr float SolidAlpha = 0.9f; // from here on a head hides what is behind it, below it is blended

template <class ExpressionType> ExpressionType* Add(UMaterial* Material, int32 X, int32 Y)
{
    return Cast<ExpressionType>(
        UMaterialEditingLibrary::CreateMaterialExpression(Material, ExpressionType::StaticClass(), X, Y));
}

UMaterialExpressionScalarParameter* AddNumber(UMaterial* Material, const TCHAR* Name, float Value, int32 Y)
{
    UMaterialExpressionScalarParameter* Number = Add<UMaterialExpressionScalarParameter>(Material, -900, Y);
    Number->ParameterName = FName(Name);
    Number->DefaultValue = Value;
    return Number;
}

UMaterialExpressionCustom* AddCode(UMaterial* Material, const TCHAR* Code, ECustomMaterialOutputType Type, int32 Y,
                                   std::initializer_list<const TCHAR*> Inputs)
{
    UMaterialExpressionCustom* Custom = Add<UMaterialExpressionCustom>(Material, -400, Y);
    Custom->Code = Code;
    Custom->OutputType = Type;
    Custom->Inputs.Reset();
    for (const TCHAR* Name : Inputs)
    {
        FCustomInput Input;
        Input.InputName = FName(Name);
        Custom->Inputs.Add(Input);
    }
    return Custom;
}

void Connect(UMaterialExpression* From, const TCHAR* Output, UMaterialExpression* To, const TCHAR* Input)
{
    UMaterialEditingLibrary::ConnectMaterialExpressions(From, Output, To, Input);
}

void Fill(UMaterial* Material, bool bIsEdge)
{
    Material->SetShadingModel(MSM_Unlit);
    Material->BlendMode = bIsEdge ? BLEND_AlphaComposite : BLEND_Masked;
    Material->TwoSided = true;
    Material->OpacityMaskClipValue = 0.5f;
    UMaterialExpressionTextureSampleParameter2D* Frame =
        Add<UMaterialExpressionTextureSampleParameter2D>(Material, -900, 0);
    Frame->ParameterName = FName(TEXT("Frame"));
    Frame->SamplerType = SAMPLERTYPE_Color; // as its default texture; ours says itself that it is not sRGB
    UMaterialExpressionTextureCoordinate* Eye = Add<UMaterialExpressionTextureCoordinate>(Material, -900, 250);
    Eye->CoordinateIndex = 1;
    UMaterialExpression* Solid = AddNumber(Material, TEXT("SolidAlpha"), SolidAlpha, 350);
    UMaterialExpression* Bright = AddNumber(Material, TEXT("Brightness"), 1.0f, 450);
    UMaterialExpression* Edge = AddNumber(Material, TEXT("IsEdge"), bIsEdge ? 1.0f : 0.0f, 550);
    UMaterialExpression* Color =
        AddCode(Material, ColorCode, CMOT_Float3, 0, {TEXT("Rgb"), TEXT("Alpha"), TEXT("Brightness"), TEXT("IsEdge")});
    UMaterialExpression* Alpha = AddCode(Material, AlphaCode, CMOT_Float1, 300,
                                         {TEXT("Alpha"), TEXT("Eye"), TEXT("SolidAlpha"), TEXT("IsEdge")});
    Connect(Frame, TEXT("RGB"), Color, TEXT("Rgb"));
    Connect(Frame, TEXT("A"), Color, TEXT("Alpha"));
    Connect(Bright, TEXT(""), Color, TEXT("Brightness"));
    Connect(Edge, TEXT(""), Color, TEXT("IsEdge"));
    Connect(Frame, TEXT("A"), Alpha, TEXT("Alpha"));
    Connect(Eye, TEXT(""), Alpha, TEXT("Eye"));
    Connect(Solid, TEXT(""), Alpha, TEXT("SolidAlpha"));
    Connect(Edge, TEXT(""), Alpha, TEXT("IsEdge"));
    UMaterialEditingLibrary::ConnectMaterialProperty(Color, TEXT(""), MP_EmissiveColor);
    UMaterialEditingLibrary::ConnectMaterialProperty(Alpha, TEXT(""), bIsEdge ? MP_Opacity : MP_OpacityMask);
    UMaterialEditingLibrary::RecompileMaterial(Material);
}

FString Make(const TCHAR* Name, bool bIsEdge, bool bAnew)
{
    const FString PackageName = FString(TEXT("/RsaTalker/")) + Name;
    if (!bAnew && FPackageName::DoesPackageExist(PackageName))
    {
        return FString();
    }
    UPackage* Package = CreatePackage(*PackageName);
    Package->FullyLoad(); // made anew, it may be half loaded, and would not be saved
    UMaterial* Material = NewObject<UMaterial>(Package, FName(Name), RF_Public | RF_Standalone);
    Fill(Material, bIsEdge);
    FAssetRegistryModule::AssetCreated(Material);
    Package->MarkPackageDirty();
    const FString File = FPackageName::LongPackageNameToFilename(PackageName, FPackageName::GetAssetPackageExtension());
    FSavePackageArgs Arguments;
    Arguments.TopLevelFlags = RF_Public | RF_Standalone;
    return UPackage::SavePackage(Package, Material, *File, Arguments)
               ? FString()
               : FString::Printf(
                     TEXT("The material %s cannot be saved. Let the plugin's Content folder be written to."), *File);
}
} // namespace

FString MakeRsaTalkerMaterials(bool bAnew)
{
    const FString Problem = Make(TEXT("M_RsaTalkerSolid"), false, bAnew);
    return Problem.IsEmpty() ? Make(TEXT("M_RsaTalkerEdge"), true, bAnew) : Problem;
}
