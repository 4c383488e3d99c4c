// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Rendering.h"

#include "Services.h"

namespace
{
std::vector<std::function<void()>>& Commands()
{
    static std::vector<std::function<void()>> Waiting;
    return Waiting;
}

std::map<std::u16string, UMaterialInterface*>& Assets()
{
    static std::map<std::u16string, UMaterialInterface*> Known;
    return Known;
}
} // namespace

void StubRender(std::function<void()> Command)
{
    Commands().push_back(std::move(Command));
}

void StubRunRenderThread()
{
    const auto Now = std::move(Commands());
    Commands().clear();
    for (const auto& Command : Now)
    {
        Command();
    }
}

UObject* StubLoaded(const FString& Path)
{
    const auto Found = Assets().find(*Path);
    return Found != Assets().end() && StubIsAlive(Found->second) ? Found->second : nullptr;
}

std::set<std::u16string>& StubMissing()
{
    static std::set<std::u16string> Paths;
    return Paths;
}

void StubHideMaterials()
{
    StubMissing() = {u"/RsaTalker/M_RsaTalkerSolid.M_RsaTalkerSolid", u"/RsaTalker/M_RsaTalkerEdge.M_RsaTalkerEdge"};
    Assets().clear(); // unloaded
}

FStreamableManager& UAssetManager::GetStreamableManager()
{
    static FStreamableManager Only;
    return Only;
}

TSharedPtr<FStreamableHandle> FStreamableManager::RequestAsyncLoad(const TArray<FSoftObjectPath>& Paths)
{
    const TSharedPtr<FStreamableHandle> Handle = MakeShared<FStreamableHandle>();
    AsyncTask(ENamedThreads::GameThread,
              [Handle, Paths]
              {
                  for (const FSoftObjectPath& Each : Paths)
                  {
                      const std::u16string Name = *Each.Path; // any material of the plugin's content is there
                      if (Name.find(u"/RsaTalker/M_") == 0 && StubMissing().count(Name) == 0 && !StubLoaded(Each.Path))
                      {
                          Assets()[Name] = NewObject<UMaterialInterface>();
                      }
                  }
                  Handle->bIsDone = true;
              });
    return Handle;
}

UTexture2D* UTexture2D::CreateTransient(int32 Width, int32 Height, EPixelFormat Format)
{
    UTexture2D* Made = NewObject<UTexture2D>();
    Made->SizeX = Width;
    Made->SizeY = Height;
    Made->Format = Format;
    Made->Pixels.assign(
        static_cast<std::size_t>(Width) * static_cast<std::size_t>(Height) * (Format == PF_FloatRGBA ? 8 : 4), 0);
    return Made;
}

void UTexture2D::UpdateTextureRegions(int32, uint32 NumRegions, const FUpdateTextureRegion2D* Regions, uint32 SrcPitch,
                                      uint32 SrcBpp, uint8* SrcData,
                                      TFunction<void(uint8*, const FUpdateTextureRegion2D*)> Cleanup)
{
    if (!bHasResource)
    {
        return; // as in the engine: without a resource nothing is uploaded
    }
    StubRender([=]() { // source and regions are read only now, on the render thread
        for (uint32 Index = 0; Index < NumRegions && StubIsAlive(this); ++Index)
        {
            const FUpdateTextureRegion2D& Each = Regions[Index];
            for (uint32 Row = 0; Row < Each.Height; ++Row)
            {
                const uint8* From = SrcData + std::size_t{SrcPitch} * (static_cast<uint32>(Each.SrcY) + Row);
                const std::size_t To = std::size_t{Each.DestY + Row} * static_cast<uint32>(SizeX) + Each.DestX;
                std::memcpy(&Pixels.at(To * SrcBpp), From + std::size_t{SrcBpp} * static_cast<uint32>(Each.SrcX),
                            std::size_t{Each.Width} * SrcBpp);
            }
        }
        Cleanup(SrcData, Regions);
    });
}

UMaterialInstanceDynamic* UMaterialInstanceDynamic::Create(UMaterialInterface* InParent, UObject* InOuter)
{
    UMaterialInstanceDynamic* Made = NewObject<UMaterialInstanceDynamic>(InOuter);
    Made->Parent = InParent;
    return Made;
}

void UProceduralMeshComponent::CreateMeshSection(int32 Index, const TArray<FVector>& Vertices,
                                                 const TArray<int32>& Triangles, const TArray<FVector>&,
                                                 const TArray<FVector2D>& UV0, const TArray<FVector2D>& UV1,
                                                 const TArray<FVector2D>&, const TArray<FVector2D>&,
                                                 const TArray<FColor>&, const TArray<FProcMeshTangent>&, bool)
{
    Sections[Index] = {Vertices, Triangles, UV0, UV1};
}

void UProceduralMeshComponent::UpdateMeshSection(int32 Index, const TArray<FVector>& Vertices, const TArray<FVector>&,
                                                 const TArray<FVector2D>& UV0, const TArray<FVector2D>& UV1,
                                                 const TArray<FVector2D>&, const TArray<FVector2D>&,
                                                 const TArray<FColor>&, const TArray<FProcMeshTangent>&)
{
    Section& Changed = Sections.at(Index);
    if (Changed.Vertices.Num() == Vertices.Num()) // else the engine logs an error and does nothing
    {
        Changed.Vertices = Vertices;
        Changed.UV0 = UV0;
        Changed.UV1 = UV1;
    }
}
