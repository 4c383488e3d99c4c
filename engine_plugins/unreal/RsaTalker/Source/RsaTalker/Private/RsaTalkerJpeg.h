// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"
#include "PictureDecoder.h"

class IImageWrapperModule;

/** Decodes pictures of a sidecar on the LAN by Unreal's ImageWrapper. Made on the game thread, used on a stream's. */
class FRsaTalkerJpeg final : public RsaTalker::PictureDecoder
{
public:
    FRsaTalkerJpeg();

    virtual bool Decode(const std::vector<std::uint8_t>& File, bool bIsGrey,
                        RsaTalker::DecodedPicture& Result) override;

private:
    IImageWrapperModule& Wrappers;
    TArray64<uint8> Raw;
};
