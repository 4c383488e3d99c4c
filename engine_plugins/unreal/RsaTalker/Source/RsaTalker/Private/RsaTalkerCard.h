// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

#include "CardGrid.h"
#include "Conversation.h"

class UMaterialInterface;
class UMaterialInstanceDynamic;
class UProceduralMeshComponent;
class UTexture2D;
struct FRsaTalkerPixels;

/**
 * The newest frame of one head, as a texture on a surface that stands in the world at the frame's own depths: one for
 * each eye, of which each eye sees its own. Game thread; no allocation of ours once frames keep their size.
 */
class FRsaTalkerCard
{
public:
    FRsaTalkerCard();

    /** Pictures go onto this component; its owner keeps it, and the texture, alive. */
    void Attach(UProceduralMeshComponent* InMesh, UMaterialInterface* SolidMaterial, UMaterialInterface* EdgeMaterial);

    /** Shows the newest frame of a head, if there is one. Returns its header, or null. */
    const RsaTalker::FrameSlot* Show(RsaTalker::Conversation& Talk, int32 Head, RsaTalker::Problem& Why);

    /** Shows nothing. */
    void Hide();

    UTexture2D* GetTexture() const
    {
        return Texture;
    }

private:
    TSharedPtr<FRsaTalkerPixels> FreePixels() const;
    void FitTexture(const RsaTalker::Geometry& Largest, const RsaTalker::FrameSlot& Header);
    void Upload(const TSharedPtr<FRsaTalkerPixels>& Pixels) const;
    void Shape(const RsaTalker::Frame& Frame);

    static constexpr int32 Buffers = 3; // one being read, two on the way to the render thread
    TSharedPtr<FRsaTalkerPixels> Ring[Buffers];
    UProceduralMeshComponent* Mesh = nullptr;
    UMaterialInstanceDynamic* Materials[2] = {};
    UTexture2D* Texture = nullptr;
    uint32 ShapedLayers = 0;
    RsaTalker::CardGrid Grid;
    TArray<FVector> Places;
    TArray<FVector2D> Texels;
    TArray<FVector2D> Eyes;
};
