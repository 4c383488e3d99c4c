// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerHeadComponent.h"

#include "Components/AudioComponent.h"
#include "Components/SkeletalMeshComponent.h"
#include "Conversation.h"
#include "Engine/AssetManager.h"
#include "Engine/StreamableManager.h"
#include "Engine/Texture2D.h"
#include "GameFramework/Actor.h"
#include "LiveLinkCurves.h"
#include "Materials/MaterialInterface.h"
#include "ProceduralMeshComponent.h"
#include "RsaTalkerCard.h"
#include "RsaTalkerConversation.h"
#include "RsaTalkerLiveLinkSource.h"
#include "RsaTalkerSettings.h"
#include "RsaTalkerSoundWave.h"
#include "Sound/SoundAttenuation.h"

namespace
{
// ARKit's own names: as Live Link's, with a small first letter.
const TArray<FName>& MorphNames()
{
    static const TArray<FName> Names = []
    {
        TArray<FName> Made;
        for (int32 Index = 0; Index < RsaTalker::ArkitCount; ++Index)
        {
            const FString Name = UTF8_TO_TCHAR(RsaTalker::LiveLinkNames[Index]);
            Made.Add(FName(*(Name.Left(1).ToLower() + Name.RightChop(1))));
        }
        return Made;
    }();
    return Names;
}
} // namespace

void URsaTalkerHeadComponent::Join(ARsaTalkerConversation* InConversation, ERsaTalkerHead InHead)
{
    Stage = InConversation;
    Head = InHead;
    Materials.Reset(); // looked for anew, if they were missing
}

void URsaTalkerHeadComponent::SetMood(const FRsaTalkerMood& NewMood)
{
    Mood = NewMood;
    if (Stage)
    {
        Stage->SetMood(Head, NewMood);
    }
}

bool URsaTalkerHeadComponent::IsRefused() const
{
    return !Refusal.IsEmpty();
}

FString URsaTalkerHeadComponent::GetRefusal() const
{
    return Refusal;
}

UTexture2D* URsaTalkerHeadComponent::GetFrameTexture() const
{
    return Texture;
}

// Whether both materials are there; loads them meanwhile. No sentence: they are on their way.
bool URsaTalkerHeadComponent::HasMaterials(FString& Why)
{
    const URsaTalkerSettings* Settings = GetDefault<URsaTalkerSettings>();
    if (Settings->SolidMaterial.Get() && Settings->EdgeMaterial.Get())
    {
        return true;
    }
    if (!Materials.IsValid())
    {
        const TArray<FSoftObjectPath> Both = {Settings->SolidMaterial.ToSoftObjectPath(),
                                              Settings->EdgeMaterial.ToSoftObjectPath()};
        Materials = UAssetManager::GetStreamableManager().RequestAsyncLoad(Both);
    }
    if (!Materials.IsValid() || Materials->HasLoadCompleted())
    {
        Why = TEXT(
            "The materials of the heads are missing. Choose Tools > RSATalker > Make Materials in the editor once.");
    }
    return false;
}

void URsaTalkerHeadComponent::MakeCard()
{
    const URsaTalkerSettings* Settings = GetDefault<URsaTalkerSettings>();
    Mesh = NewObject<UProceduralMeshComponent>(GetOwner());
    Mesh->SetUsingAbsoluteLocation(true); // pictures stand in the world where they were drawn for
    Mesh->SetUsingAbsoluteRotation(true);
    Mesh->SetUsingAbsoluteScale(true);
    Mesh->SetCastShadow(false);
    Mesh->SetCollisionEnabled(ECollisionEnabled::NoCollision);
    Mesh->SetupAttachment(this);
    Mesh->RegisterComponent();
    Card = MakeShared<FRsaTalkerCard>();
    Card->Attach(Mesh, Settings->SolidMaterial.Get(), Settings->EdgeMaterial.Get());
}

bool URsaTalkerHeadComponent::ShowFrame(RsaTalker::Conversation& Conversation, int32 Index, FString& Why)
{
    if (!Card.IsValid())
    {
        if (!HasMaterials(Why))
        {
            return Why.IsEmpty();
        }
        MakeCard();
    }
    Mesh->SetWorldLocation(Stage->GetSpaceOrigin());
    RsaTalker::Problem Problem;
    if (const RsaTalker::FrameSlot* Shown = Card->Show(Conversation, Index, Problem))
    {
        Conversation.Shown(Index, *Shown);
        Texture = Card->GetTexture();
    }
    Why = UTF8_TO_TCHAR(Problem.Text.c_str());
    return Problem.Kind == RsaTalker::ProblemKind::None;
}

bool URsaTalkerHeadComponent::Follow(RsaTalker::Conversation& Conversation, int32 Index, int64 NowNs, FString& Why)
{
    Refusal = UTF8_TO_TCHAR(Conversation.RefusalOf(Index).c_str());
    if (!Refusal.IsEmpty())
    {
        Disappear();
        return true;
    }
    RsaTalker::Pose Pose;
    if ((FaceMesh || !LiveLinkSubject.IsNone()) && Conversation.PoseOf(Index, NowNs, Pose))
    {
        Express(Pose);
    }
    return !bShowCard || ShowFrame(Conversation, Index, Why);
}

void URsaTalkerHeadComponent::Express(const RsaTalker::Pose& Pose)
{
    const TSharedPtr<FRsaTalkerLiveLinkSource> Source =
        LiveLinkSubject.IsNone() ? nullptr : FRsaTalkerLiveLinkSource::Get();
    if (Source.IsValid())
    {
        Source->Push(LiveLinkSubject, Pose);
    }
    for (int32 Index = 0; FaceMesh && Index < RsaTalker::ArkitCount; ++Index)
    {
        FaceMesh->SetMorphTarget(MorphNames()[Index], Pose.Arkit[Index]);
    }
}

void URsaTalkerHeadComponent::PlayVoice(const std::shared_ptr<RsaTalker::VoiceBuffer>& Voice)
{
    EndVoice(std::shared_ptr<RsaTalker::VoiceBuffer>(Playing));
    Playing = Voice;
    if (!Speaker)
    {
        Speaker = NewObject<UAudioComponent>(GetOwner());
        Speaker->SetupAttachment(this);
        Speaker->bAutoDestroy = false;
        Speaker->RegisterComponent();
    }
    Speaker->AttenuationSettings = Attenuation;
    Speaker->bOverrideAttenuation = !Attenuation; // without any it would be heard from everywhere, not from the head
    Wave = NewObject<URsaTalkerSoundWave>(this);
    Wave->SetVoice(Playing);
    Speaker->SetSound(Wave);
    Speaker->Play();
}

void URsaTalkerHeadComponent::EndVoice(const std::shared_ptr<RsaTalker::VoiceBuffer>& Voice)
{
    if (Voice && Voice == Playing)
    {
        Speaker->Stop();
        Playing.reset();
    }
}

void URsaTalkerHeadComponent::KeepPlaying(const std::shared_ptr<RsaTalker::VoiceBuffer>& Voice)
{
    if (Voice && Voice != Playing)
    {
        PlayVoice(Voice);
    }
    else if (Playing && !Speaker->IsPlaying())
    {
        Speaker->Play(); // the voice goes on where it was: it keeps its own place
    }
}

void URsaTalkerHeadComponent::Leave()
{
    EndVoice(std::shared_ptr<RsaTalker::VoiceBuffer>(Playing));
    Refusal = FString();
    Disappear();
}

void URsaTalkerHeadComponent::Disappear()
{
    if (Card.IsValid())
    {
        Card->Hide();
    }
    const TSharedPtr<FRsaTalkerLiveLinkSource> Source =
        LiveLinkSubject.IsNone() ? nullptr : FRsaTalkerLiveLinkSource::Get();
    if (Source.IsValid())
    {
        Source->Remove(LiveLinkSubject);
    }
}

void URsaTalkerHeadComponent::EndPlay(const EEndPlayReason::Type EndPlayReason)
{
    Leave();
    Card.Reset();
    if (Mesh)
    {
        Mesh->DestroyComponent();
    }
    if (Speaker)
    {
        Speaker->DestroyComponent();
    }
    Super::EndPlay(EndPlayReason);
}
