// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Pictures.h"

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

namespace
{
struct Handler
{
    jpeg_error_mgr Manager;
    std::jmp_buf Escape;
};

[[noreturn]] void GiveUp(j_common_ptr Info)
{
    std::longjmp(reinterpret_cast<Handler*>(Info->err)->Escape, 1);
}

void SayNothing(j_common_ptr)
{
}

// Opens a file as far as its sizes. False: it is no JPEG.
bool Opened(jpeg_decompress_struct& Info, Handler& Errors, const std::vector<unsigned char>& File)
{
    Info.err = jpeg_std_error(&Errors.Manager);
    Errors.Manager.error_exit = GiveUp;
    Errors.Manager.output_message = SayNothing;
    jpeg_create_decompress(&Info);
    if (setjmp(Errors.Escape) != 0)
    {
        return false;
    }
    jpeg_mem_src(&Info, File.data(), static_cast<unsigned long>(File.size()));
    return jpeg_read_header(&Info, TRUE) == JPEG_HEADER_OK;
}
} // namespace

bool IImageWrapper::SetCompressed(const void* Data, int64 Size)
{
    const auto* Bytes = static_cast<const unsigned char*>(Data);
    File.assign(Bytes, Bytes + Size);
    jpeg_decompress_struct Info;
    Handler Errors;
    const bool bIsJpeg = Opened(Info, Errors, File);
    Width = bIsJpeg ? Info.image_width : 0;
    Height = bIsJpeg ? Info.image_height : 0;
    jpeg_destroy_decompress(&Info);
    return bIsJpeg;
}

bool IImageWrapper::GetRaw(ERGBFormat Format, int32 BitDepth, TArray64<uint8>& Raw)
{
    const int Channels = Format == ERGBFormat::Gray ? 1 : 4;
    Raw.SetNumZeroed(static_cast<int32>(Width * Height) * Channels);
    jpeg_decompress_struct Info;
    Handler Errors;
    volatile bool bIsWhole = BitDepth == 8 && Opened(Info, Errors, File);
    if (bIsWhole && setjmp(Errors.Escape) == 0)
    {
        Info.out_color_space = Format == ERGBFormat::Gray   ? JCS_GRAYSCALE
                               : Format == ERGBFormat::RGBA ? JCS_EXT_RGBA
                                                            : JCS_EXT_BGRA;
        jpeg_start_decompress(&Info);
        while (Info.output_scanline < Info.output_height)
        {
            JSAMPROW Row = Raw.GetData() + static_cast<int64>(Info.output_scanline) * Width * Channels;
            jpeg_read_scanlines(&Info, &Row, 1);
        }
        jpeg_finish_decompress(&Info);
    }
    else
    {
        bIsWhole = false;
    }
    jpeg_destroy_decompress(&Info);
    return bIsWhole;
}
