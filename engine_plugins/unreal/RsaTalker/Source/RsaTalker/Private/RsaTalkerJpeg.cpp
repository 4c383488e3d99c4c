// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerJpeg.h"

#include "IImageWrapper.h"
#include "IImageWrapperModule.h"
#include "Modules/ModuleManager.h"

FRsaTalkerJpeg::FRsaTalkerJpeg()
    : Wrappers(FModuleManager::LoadModuleChecked<IImageWrapperModule>(TEXT("ImageWrapper")))
{
}

bool FRsaTalkerJpeg::Decode(const std::vector<std::uint8_t>& File, bool bIsGrey, RsaTalker::DecodedPicture& Result)
{
    constexpr int32 Bits = 8;
    const std::lock_guard<std::mutex> Lock(Gate);
    const TSharedPtr<IImageWrapper> Wrapper = Wrappers.CreateImageWrapper(EImageFormat::JPEG);
    const ERGBFormat Format = bIsGrey ? ERGBFormat::Gray : ERGBFormat::RGBA;
    if (!Wrapper.IsValid() || !Wrapper->SetCompressed(File.data(), static_cast<int64>(File.size())) ||
        !Wrapper->GetRaw(Format, Bits, Raw))
    {
        return false;
    }
    Result.Width = static_cast<std::uint32_t>(Wrapper->GetWidth());
    Result.Height = static_cast<std::uint32_t>(Wrapper->GetHeight());
    Result.Pixels.assign(Raw.GetData(), Raw.GetData() + Raw.Num());
    return true;
}
