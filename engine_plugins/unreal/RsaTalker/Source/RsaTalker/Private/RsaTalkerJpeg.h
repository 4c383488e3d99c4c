// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <mutex>

#include "CoreMinimal.h"
#include "PictureDecoder.h"

class IImageWrapperModule;

/** Decodes pictures of a sidecar on the LAN by Unreal's ImageWrapper. Made on the game thread, used on streams'. */
class FRsaTalkerJpeg final : public RsaTalker::PictureDecoder
{
public:
    FRsaTalkerJpeg();

    virtual bool Decode(const std::vector<std::uint8_t>& File, bool bIsGrey,
                        RsaTalker::DecodedPicture& Result) override;

private:
    IImageWrapperModule& Wrappers;
    std::mutex Gate; // a stream that ends may still decode its last picture when the next one has begun
    TArray64<uint8> Raw;
};
