// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerSettings.h"

#include "Materials/MaterialInterface.h"

URsaTalkerSettings::URsaTalkerSettings()
{
    SolidMaterial =
        TSoftObjectPtr<UMaterialInterface>(FSoftObjectPath(TEXT("/RsaTalker/M_RsaTalkerSolid.M_RsaTalkerSolid")));
    EdgeMaterial =
        TSoftObjectPtr<UMaterialInterface>(FSoftObjectPath(TEXT("/RsaTalker/M_RsaTalkerEdge.M_RsaTalkerEdge")));
}

FName URsaTalkerSettings::GetCategoryName() const
{
    return FName(TEXT("Plugins"));
}
