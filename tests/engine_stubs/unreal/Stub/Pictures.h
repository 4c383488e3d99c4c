// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Files of pictures, which are really decoded.

#pragma once

#include "World.h"

enum class EImageFormat : int8
{
    JPEG = 1,
};

enum class ERGBFormat : int8
{
    RGBA = 0,
    BGRA = 1,
    Gray = 2,
};

class IImageWrapper
{
public:
    bool SetCompressed(const void* Data, int64 Size);
    bool GetRaw(ERGBFormat Format, int32 BitDepth, TArray64<uint8>& Raw);

    int64 GetWidth() const
    {
        return Width;
    }

    int64 GetHeight() const
    {
        return Height;
    }

private:
    std::vector<unsigned char> File;
    int64 Width = 0;
    int64 Height = 0;
};

class IImageWrapperModule
{
public:
    TSharedPtr<IImageWrapper> CreateImageWrapper(EImageFormat)
    {
        return MakeShared<IImageWrapper>();
    }
};
