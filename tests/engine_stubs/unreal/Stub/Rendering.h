// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Textures that hold pixels, meshes that hold corners, and a render thread that comes a frame later.

#pragma once

#include "World.h"

enum EPixelFormat
{
    PF_Unknown,
    PF_B8G8R8A8,
    PF_R8G8B8A8,
    PF_FloatRGBA,
};

enum TextureFilter
{
    TF_Nearest,
    TF_Bilinear,
};

enum TextureAddress
{
    TA_Wrap,
    TA_Clamp,
};

struct FUpdateTextureRegion2D
{
    FUpdateTextureRegion2D() = default;

    FUpdateTextureRegion2D(uint32 InDestX, uint32 InDestY, int32 InSrcX, int32 InSrcY, uint32 InWidth, uint32 InHeight)
        : DestX(InDestX), DestY(InDestY), SrcX(InSrcX), SrcY(InSrcY), Width(InWidth), Height(InHeight)
    {
    }

    uint32 DestX = 0, DestY = 0;
    int32 SrcX = 0, SrcY = 0;
    uint32 Width = 0, Height = 0;
};

void StubRender(std::function<void()> Command); // runs at the next frame
void StubRunRenderThread();

class UTexture : public UObject
{
public:
    bool SRGB = true;
    TextureFilter Filter = TF_Nearest;
};

template <class... Arguments> using TFunction = std::function<Arguments...>;

class UTexture2D : public UTexture
{
public:
    static UTexture2D* CreateTransient(int32 Width, int32 Height, EPixelFormat Format);

    void UpdateResource()
    {
        bHasResource = true;
    }

    void UpdateTextureRegions(int32 MipIndex, uint32 NumRegions, const FUpdateTextureRegion2D* Regions, uint32 SrcPitch,
                              uint32 SrcBpp, uint8* SrcData,
                              TFunction<void(uint8*, const FUpdateTextureRegion2D*)> Cleanup);

    int32 GetSizeX() const
    {
        return SizeX;
    }

    int32 GetSizeY() const
    {
        return SizeY;
    }

    EPixelFormat GetPixelFormat() const
    {
        return Format;
    }

    TextureAddress AddressX = TA_Wrap;
    TextureAddress AddressY = TA_Wrap;
    std::vector<uint8> Pixels;

private:
    int32 SizeX = 0;
    int32 SizeY = 0;
    EPixelFormat Format = PF_Unknown;
    bool bHasResource = false;
};

class UMaterialInterface : public UObject
{
};

class UMaterialInstanceDynamic : public UMaterialInterface
{
public:
    static UMaterialInstanceDynamic* Create(UMaterialInterface* Parent, UObject* Outer);

    void SetTextureParameterValue(FName Name, UTexture* Texture)
    {
        Textures[Name] = Texture;
    }

    UMaterialInterface* Parent = nullptr;
    std::map<FName, UTexture*> Textures;
};

struct FProcMeshTangent
{
};

class UProceduralMeshComponent : public UPrimitiveComponent
{
public:
    struct Section
    {
        TArray<FVector> Vertices;
        TArray<int32> Triangles;
        TArray<FVector2D> UV0;
        TArray<FVector2D> UV1;
    };

    void CreateMeshSection(int32 Index, const TArray<FVector>& Vertices, const TArray<int32>& Triangles,
                           const TArray<FVector>& Normals, const TArray<FVector2D>& UV0, const TArray<FVector2D>& UV1,
                           const TArray<FVector2D>& UV2, const TArray<FVector2D>& UV3, const TArray<FColor>& Colors,
                           const TArray<FProcMeshTangent>& Tangents, bool bCollision);
    void UpdateMeshSection(int32 Index, const TArray<FVector>& Vertices, const TArray<FVector>& Normals,
                           const TArray<FVector2D>& UV0, const TArray<FVector2D>& UV1, const TArray<FVector2D>& UV2,
                           const TArray<FVector2D>& UV3, const TArray<FColor>& Colors,
                           const TArray<FProcMeshTangent>& Tangents);

    void SetMaterial(int32 Index, UMaterialInterface* Material)
    {
        Materials[Index] = Material;
    }

    std::map<int32, Section> Sections;
    std::map<int32, UMaterialInterface*> Materials;
};
