// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <memory>

#include "Components/SceneComponent.h"
#include "CoreMinimal.h"
#include "RsaTalkerTypes.h"

#include "RsaTalkerHeadComponent.generated.h"

class FRsaTalkerCard;
class UAudioComponent;
class UProceduralMeshComponent;
class URsaTalkerSoundWave;
class USkeletalMeshComponent;
class UTexture2D;
struct FStreamableHandle;

namespace RsaTalker
{
class Conversation;
class VoiceBuffer;
struct Pose;
} // namespace RsaTalker

/**
 * One of the two heads: stands where the component is, looks along its x axis, and speaks from there. Its scale is not
 * used: heads are as large as people. Game thread.
 */
UCLASS(ClassGroup = "RSATalker", meta = (BlueprintSpawnableComponent, DisplayName = "RsaTalker Head"))
class RSATALKER_API URsaTalkerHeadComponent : public USceneComponent
{
    GENERATED_BODY()

public:
    /** Name of an avatar of the sidecar, such as mara or tomas. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    FString Avatar;

    /** How the head feels when the conversation starts. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    FRsaTalkerMood Mood;

    /** Opening of the jaw, as a multiple of what the model makes. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker", meta = (ClampMin = "0.01", ClampMax = "2"))
    float JawStrength = 1.0f;

    /** Movement of the lips, as a multiple of what the model makes. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker", meta = (ClampMin = "0.01", ClampMax = "2"))
    float LipStrength = 1.0f;

    /** Whether the sidecar's picture of the head is shown. Off: a mesh of your own follows the curves. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    bool bShowCard = true;

    /** Live Link subject that carries the head's ARKit curves, for a MetaHuman. None: no curves are sent. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    FName LiveLinkSubject;

    /** A mesh whose morph targets bear ARKit's names (jawOpen, mouthSmileLeft): they follow the head. */
    UPROPERTY(BlueprintReadWrite, Category = "RSATalker")
    TObjectPtr<USkeletalMeshComponent> FaceMesh;

    /** How the head's voice fades with distance. None: as Unreal has it where nothing is chosen, within 40 m. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "RSATalker")
    TObjectPtr<class USoundAttenuation> Attenuation;

    /** Changes how the head feels; the face goes over to it within a second. */
    UFUNCTION(BlueprintCallable, Category = "RSATalker")
    void SetMood(const FRsaTalkerMood& NewMood);

    /** Whether the sidecar refused this head's avatar: it is not shown, and its voice is heard all the same. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    bool IsRefused() const;

    /** Why it is refused, in one sentence; empty if it is not. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    FString GetRefusal() const;

    /** The texture of the newest frame, left eye above right eye; null before the first one. */
    UFUNCTION(BlueprintPure, Category = "RSATalker")
    UTexture2D* GetFrameTexture() const;

    virtual void EndPlay(const EEndPlayReason::Type EndPlayReason) override;

    /** For the conversation: shows the newest frame and pushes curves. Returns false, and says why, if a region is
     * damaged. */
    bool Follow(RsaTalker::Conversation& Conversation, int32 Head, int64 NowNs, FString& Why);

    /** For the conversation: that voice is over; another one that is heard by now goes on. */
    void EndVoice(const std::shared_ptr<RsaTalker::VoiceBuffer>& Voice);

    /** For the conversation: this is what is to be heard; goes on with it after the audio device or the head has
     * changed. */
    void KeepPlaying(const std::shared_ptr<RsaTalker::VoiceBuffer>& Voice);

    /** For the conversation: shows, plays and pushes nothing any more. */
    void Leave();

    /** For the conversation: whose head it is. */
    void Join(class ARsaTalkerConversation* InConversation, ERsaTalkerHead InHead);

private:
    void PlayVoice(const std::shared_ptr<RsaTalker::VoiceBuffer>& Voice);
    bool ShowFrame(RsaTalker::Conversation& Conversation, int32 Head, FString& Why);
    void Express(const RsaTalker::Pose& Pose);
    bool HasMaterials(FString& Why);
    void MakeCard();
    void Disappear();

    UPROPERTY(Transient)
    TObjectPtr<UProceduralMeshComponent> Mesh;

    UPROPERTY(Transient)
    TObjectPtr<UTexture2D> Texture;

    UPROPERTY(Transient)
    TObjectPtr<UAudioComponent> Speaker;

    UPROPERTY(Transient)
    TObjectPtr<URsaTalkerSoundWave> Wave;

    UPROPERTY(Transient)
    TObjectPtr<class ARsaTalkerConversation> Stage;

    ERsaTalkerHead Head = ERsaTalkerHead::A;
    FString Refusal;
    TSharedPtr<FRsaTalkerCard> Card;
    TSharedPtr<FStreamableHandle> Materials; // that are being loaded
    std::shared_ptr<RsaTalker::VoiceBuffer> Playing;
};
