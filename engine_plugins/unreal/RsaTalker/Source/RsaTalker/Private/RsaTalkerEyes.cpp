// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerEyes.h"

#include "Engine/Engine.h"
#include "Engine/GameViewportClient.h"
#include "Engine/LocalPlayer.h"
#include "Engine/World.h"
#include "GameFramework/PlayerController.h"
#include "SceneView.h"
#include "UnrealSpace.h"

namespace
{
const ULocalPlayer* FirstPlayer(const UWorld* World)
{
    const APlayerController* Controller = World ? World->GetFirstPlayerController() : nullptr;
    const ULocalPlayer* Player = Controller ? Controller->GetLocalPlayer() : nullptr;
    return Player && Player->ViewportClient && Player->ViewportClient->Viewport ? Player : nullptr;
}

void Flatten(const FMatrix& Matrix, double (&Values)[16])
{
    for (int32 Index = 0; Index < 16; ++Index)
    {
        Values[Index] = Matrix.M[Index / 4][Index % 4];
    }
}
} // namespace

bool IsRsaTalkerStereo(const UWorld* World)
{
    const ULocalPlayer* Player = FirstPlayer(World);
    return Player && GEngine && GEngine->IsStereoscopic3D(Player->ViewportClient->Viewport);
}

void WriteRsaTalkerEyes(const UWorld* World, const FVector& Origin, RsaTalker::EngineSlot& State)
{
    State.EyeCount = 0;
    const ULocalPlayer* Player = FirstPlayer(World);
    if (!Player)
    {
        return;
    }
    const bool bIsStereo = IsRsaTalkerStereo(World);
    for (int32 Eye = 0; Eye < (bIsStereo ? 2 : 1); ++Eye)
    {
        FSceneViewProjectionData Projection;
        if (!Player->GetProjectionData(Player->ViewportClient->Viewport, Projection, bIsStereo ? Eye : INDEX_NONE))
        {
            return;
        }
        double View[16];
        double Perspective[16];
        Flatten(FTranslationMatrix(Origin - Projection.ViewOrigin) * Projection.ViewRotationMatrix, View);
        Flatten(Projection.ProjectionMatrix, Perspective);
        RsaTalker::EyeFromUnreal(View, Perspective, State.Eyes[Eye]);
        State.EyeCount = static_cast<uint32>(Eye) + 1;
    }
}
