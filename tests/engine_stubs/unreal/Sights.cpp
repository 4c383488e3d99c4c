// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Sights.h"

#include <fstream>
#include <string>
#include <vector>

#include "Engine/Texture2D.h"
#include "ProceduralMeshComponent.h"
#include "RsaTalkerHeadComponent.h"
#include "Stub/Services.h"
#include "Stub/Sound.h"

namespace
{
// Heads whose sound comes from where they are.
int SpeakersWithAPlace(const ARsaTalkerConversation& Conversation)
{
    int Count = 0;
    for (const UActorComponent* Each : Conversation.Components)
    {
        const auto* Speaker = dynamic_cast<const UAudioComponent*>(Each);
        Count += Speaker && (Speaker->bOverrideAttenuation || Speaker->AttenuationSettings) ? 1 : 0;
    }
    return Count;
}
} // namespace

const char* NameOf(ERsaTalkerState State)
{
    const char* const Names[] = {"stopped", "waiting", "creating", "live", "failed"};
    return Names[static_cast<int>(State)];
}

void TellCard(const ARsaTalkerConversation& Conversation, ERsaTalkerHead Head, const std::string& File,
              RsaTalker::JsonWriter& Json)
{
    const UTexture2D* Texture = Conversation.GetHead(Head)->GetFrameTexture();
    if (!Texture)
    {
        Json.Boolean("shown", false);
        return;
    }
    std::ofstream(File, std::ios::binary)
        .write(reinterpret_cast<const char*>(Texture->Pixels.data()),
               static_cast<std::streamsize>(Texture->Pixels.size()));
    Json.Boolean("shown", true).Integer("width", Texture->GetSizeX()).Integer("height", Texture->GetSizeY());
    const URsaTalkerHeadComponent* const Shown = Conversation.GetHead(Head);
    Json.Boolean("own", Shown->GetOwner() == &Conversation);
    for (const UActorComponent* Each : Shown->GetOwner()->Components)
    {
        const auto* Mesh = dynamic_cast<const UProceduralMeshComponent*>(Each);
        if (Mesh && Mesh->GetAttachParent() == Shown)
        {
            const TArray<FVector>& Places = Mesh->Sections.at(0).Vertices;
            std::vector<float> Values;
            for (const FVector& Place : Places)
            {
                const FVector World = Place + Mesh->GetComponentLocation();
                Values.insert(Values.end(),
                              {static_cast<float>(World.X), static_cast<float>(World.Y), static_cast<float>(World.Z)});
            }
            const auto& Eyes = Mesh->Sections.at(1).UV1;
            Json.Numbers("corners", Values.data(), Values.size()).Number("firstEye", Eyes[0].X);
            Json.Number("lastEye", Eyes[Eyes.Num() - 1].X).Boolean("visible", Mesh->IsVisible());
        }
    }
}

void TellConversation(const ARsaTalkerConversation& Conversation, RsaTalker::JsonWriter& Json)
{
    Json.Text("state", NameOf(Conversation.GetState())).Text("sentence", StubUtf8(*Conversation.GetSentence()));
    Json.Integer("heardSamples", FStubAudioDevice::HeardSamples()).Integer("playing", FStubAudioDevice::PlayingCount());
    Json.Integer("speakersWithAPlace", SpeakersWithAPlace(Conversation));
    Json.Text("refusalB", StubUtf8(*Conversation.GetHead(ERsaTalkerHead::B)->GetRefusal()));
    Json.Begin("log", '[');
    for (const std::string& Line : StubLog())
    {
        Json.Text("", Line);
    }
    Json.End(']').Begin("subjects");
    for (const auto& [Name, Subject] : IModularFeatures::Get().LiveLink.Subjects)
    {
        Json.Begin(StubUtf8(*Name.ToString())).Integer("names", Subject.Names.Num());
        Json.Integer("frames", Subject.Frames)
            .Numbers("values", Subject.Values.GetData(), static_cast<std::size_t>(Subject.Values.Num()))
            .End();
    }
    Json.End();
    const auto& Morphs = Conversation.HeadA->FaceMesh->Morphs;
    Json.Integer("morphs", static_cast<int>(Morphs.size()));
    Json.Number("jawOpen", Morphs.count(TEXT("jawOpen")) > 0 ? static_cast<double>(Morphs.at(TEXT("jawOpen"))) : -1.0);
}
