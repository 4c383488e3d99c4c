// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerCard.h"

#include <atomic>

#include "Engine/Texture2D.h"
#include "Materials/MaterialInstanceDynamic.h"
#include "Materials/MaterialInterface.h"
#include "ProceduralMeshComponent.h"
#include "RHI.h"

/** A frame, and whether the render thread still reads it. */
struct FRsaTalkerPixels
{
    RsaTalker::Frame Frame;
    FUpdateTextureRegion2D Region;
    std::atomic<bool> bIsOnItsWay{false};
};

namespace
{
constexpr double BothEyes = 2; // of the second texture coordinate; 0 left, 1 right
constexpr int32 Sections = 2;  // solid, edge

EPixelFormat FormatOf(const RsaTalker::FrameSlot& Header)
{
    switch (static_cast<RsaTalker::PixelFormat>(Header.Format))
    {
    case RsaTalker::PixelFormat::BGRA8:
        return PF_B8G8R8A8;
    case RsaTalker::PixelFormat::RGBA16F:
        return PF_FloatRGBA;
    default:
        return PF_R8G8B8A8;
    }
}
} // namespace

FRsaTalkerCard::FRsaTalkerCard()
{
    for (TSharedPtr<FRsaTalkerPixels>& Pixels : Ring)
    {
        Pixels = MakeShared<FRsaTalkerPixels>();
    }
}

void FRsaTalkerCard::Attach(UProceduralMeshComponent* InMesh, UMaterialInterface* SolidMaterial,
                            UMaterialInterface* EdgeMaterial)
{
    Mesh = InMesh;
    UMaterialInterface* const Parents[Sections] = {SolidMaterial, EdgeMaterial};
    for (int32 Section = 0; Section < Sections; ++Section)
    {
        Materials[Section] = UMaterialInstanceDynamic::Create(Parents[Section], Mesh);
        Mesh->SetMaterial(Section, Materials[Section]);
    }
}

TSharedPtr<FRsaTalkerPixels> FRsaTalkerCard::FreePixels() const
{
    for (const TSharedPtr<FRsaTalkerPixels>& Pixels : Ring)
    {
        if (!Pixels->bIsOnItsWay.load(std::memory_order_acquire))
        {
            return Pixels;
        }
    }
    return nullptr; // the render thread is behind: the picture stays
}

const RsaTalker::FrameSlot* FRsaTalkerCard::Show(RsaTalker::Conversation& Talk, int32 Head, RsaTalker::Problem& Why)
{
    const TSharedPtr<FRsaTalkerPixels> Pixels = FreePixels();
    if (!Pixels.IsValid() || Talk.ReadFrame(Head, Pixels->Frame, Why) != RsaTalker::ReadStatus::Fresh)
    {
        return nullptr;
    }
    FitTexture(Talk.Largest(Head), Pixels->Frame.Header);
    Upload(Pixels);
    Shape(Pixels->Frame);
    return &Pixels->Frame.Header;
}

void FRsaTalkerCard::FitTexture(const RsaTalker::Geometry& Largest, const RsaTalker::FrameSlot& Header)
{
    const int32 Width = static_cast<int32>(Largest.Width);
    const int32 Height = static_cast<int32>(Largest.Height * Largest.Layers); // layers one below the other
    const EPixelFormat Format = FormatOf(Header);
    if (Texture && Texture->GetSizeX() == Width && Texture->GetSizeY() == Height && Texture->GetPixelFormat() == Format)
    {
        return;
    }
    Texture = UTexture2D::CreateTransient(Width, Height, Format);
    Texture->SRGB = false; // the material decodes: premultiplied colours must be divided first
    Texture->Filter = TF_Bilinear;
    Texture->AddressX = TA_Clamp;
    Texture->AddressY = TA_Clamp;
    Texture->UpdateResource();
    for (UMaterialInstanceDynamic* Material : Materials)
    {
        Material->SetTextureParameterValue(TEXT("Frame"), Texture);
    }
}

void FRsaTalkerCard::Upload(const TSharedPtr<FRsaTalkerPixels>& Pixels) const
{
    const RsaTalker::FrameSlot& Header = Pixels->Frame.Header;
    const uint32 PixelBytes = Texture->GetPixelFormat() == PF_FloatRGBA ? 8 : 4;
    Pixels->Region = FUpdateTextureRegion2D(0, 0, 0, 0, Header.Width, Header.Height * Header.Layers);
    Pixels->bIsOnItsWay.store(true, std::memory_order_release);
    Texture->UpdateTextureRegions(0, 1, &Pixels->Region, Header.Width * PixelBytes, PixelBytes,
                                  Pixels->Frame.Colors.data(),
                                  [Pixels](uint8*, const FUpdateTextureRegion2D*)
                                  { Pixels->bIsOnItsWay.store(false, std::memory_order_release); });
}

void FRsaTalkerCard::Shape(const RsaTalker::Frame& Frame)
{
    const uint32 Layers = Frame.Header.Layers;
    const double Right = static_cast<double>(Frame.Header.Width) / Texture->GetSizeX();
    const double Down = static_cast<double>(Frame.Header.Height) / Texture->GetSizeY();
    Places.Reset();
    Texels.Reset();
    Eyes.Reset();
    for (uint32 Layer = 0; Layer < Layers; ++Layer)
    {
        RsaTalker::BuildGrid(Frame, Layer, RsaTalker::GridCells, Grid);
        for (const RsaTalker::CardGrid::Corner& Corner : Grid.Corners)
        {
            const RsaTalker::Vector Place = RsaTalker::PointToUnreal(Corner.Place);
            Places.Add(FVector(Place.X, Place.Y, Place.Z));
            Texels.Add(FVector2D(Corner.U * Right, (Layer + Corner.V) * Down));
            Eyes.Add(FVector2D(Layers == 1 ? BothEyes : Layer, 0.0));
        }
    }
    const TArray<FVector> NoNormals;
    const TArray<FVector2D> NoTexels;
    const TArray<FColor> NoColors;
    const TArray<FProcMeshTangent> NoTangents;
    for (int32 Section = 0; Section < Sections; ++Section)
    {
        if (ShapedLayers == Layers)
        {
            Mesh->UpdateMeshSection(Section, Places, NoNormals, Texels, Eyes, NoTexels, NoTexels, NoColors, NoTangents);
            continue;
        }
        std::vector<std::int32_t> Indices;
        for (uint32 Layer = 0; Layer < Layers; ++Layer)
        {
            RsaTalker::AppendGridTriangles(RsaTalker::GridCells, static_cast<std::int32_t>(Layer * Grid.Corners.size()),
                                           Indices);
        }
        TArray<int32> Triangles;
        Triangles.Append(Indices.data(), static_cast<int32>(Indices.size()));
        Mesh->CreateMeshSection(Section, Places, Triangles, NoNormals, Texels, Eyes, NoTexels, NoTexels, NoColors,
                                NoTangents, false);
        Mesh->SetMaterial(Section, Materials[Section]);
    }
    ShapedLayers = Layers;
    Mesh->SetVisibility(true);
}

void FRsaTalkerCard::Hide()
{
    if (Mesh)
    {
        Mesh->SetVisibility(false);
    }
}
