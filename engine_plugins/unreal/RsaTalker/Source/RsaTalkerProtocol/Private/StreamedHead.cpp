// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "StreamedHead.h"

#include <algorithm>
#include <utility>

#include "Base64.h"
#include "HostClock.h"

namespace RsaTalker
{
namespace
{
constexpr std::uint32_t LargestSide = 8192; // pixels of a layer; a sidecar draws 2048 at most

void CopyNumbers(const JsonValue& Values, float* Target, std::size_t Count)
{
    for (std::size_t Index = 0; Index < std::min(Values.Size(), Count); ++Index)
    {
        Target[Index] = static_cast<float>(Values[Index].AsNumber());
    }
}

FrameSlot HeaderOf(const JsonValue& Picture)
{
    FrameSlot Header{};
    Header.FrameNumber = static_cast<std::uint64_t>(Picture["frameNumber"].AsInteger());
    Header.UtteranceId = static_cast<std::uint64_t>(Picture["utteranceId"].AsInteger());
    Header.TimelineUs = Picture["timelineUs"].AsInteger();
    Header.MediaUs = Picture["mediaUs"].AsInteger();
    Header.PoseId = static_cast<std::uint64_t>(Picture["poseId"].AsInteger());
    Header.PublishedNs = HostClockNs();
    Header.RequestedNs = Header.PublishedNs - 1000 * Picture["ageUs"].AsInteger(); // on this machine's clock
    Header.Width = static_cast<std::uint32_t>(Picture["width"].AsInteger());
    Header.Height = static_cast<std::uint32_t>(Picture["height"].AsInteger());
    Header.Layers = static_cast<std::uint32_t>(Picture["layers"].AsInteger());
    Header.Format = static_cast<std::uint32_t>(PixelFormat::RGBA8);
    CopyNumbers(Picture["worldFromHead"], Header.WorldFromHead, 16);
    for (std::size_t Layer = 0; Layer < MaxLayers; ++Layer)
    {
        const JsonValue& Eye = Picture["views"][Layer];
        CopyNumbers(Eye["cameraFromWorld"], Header.Views[Layer].CameraFromWorld, 16);
        CopyNumbers(Eye["tangents"], Header.Views[Layer].Tangents, 4);
        Header.Views[Layer].NearM = static_cast<float>(Eye["nearM"].AsNumber());
        Header.Views[Layer].FarM = static_cast<float>(Eye["farM"].AsNumber());
    }
    return Header;
}

// JPEG rings beyond the rim: no premultiplied colour is larger than its alpha.
void CopyRow(const std::uint8_t* Color, const std::uint8_t* Alpha, std::size_t Width, std::uint8_t* Target)
{
    for (std::size_t Column = 0; Column < Width; ++Column, Color += 4, Target += 4)
    {
        for (int Channel = 0; Channel < 3; ++Channel)
        {
            Target[Channel] = std::min(Color[Channel], Alpha[Column]);
        }
        Target[3] = Alpha[Column];
    }
}
} // namespace

PictureDecoder::~PictureDecoder() = default;

bool StreamedHead::Take(const JsonValue& Picture, PictureDecoder& Decoder)
{
    Draft.Header = HeaderOf(Picture);
    const bool IsDecoded = ReadBase64(Picture["color"].AsText(), File) && Decoder.Decode(File, false, Color) &&
                           ReadBase64(Picture["alpha"].AsText(), File) && Decoder.Decode(File, true, Alpha);
    if (!IsDecoded || !Compose())
    {
        return false;
    }
    const std::lock_guard<std::mutex> Lock(Gate);
    std::swap(Draft, Newest);
    IsNew = true;
    return true;
}

// The layers lie side by side in the picture, one below the other in the frame.
bool StreamedHead::Compose()
{
    const FrameSlot& Header = Draft.Header;
    const std::size_t Width = Header.Width;
    const std::size_t Across = Width * Header.Layers;
    const bool IsSound = Width > 0 && Width <= LargestSide && Header.Height > 0 && Header.Height <= LargestSide &&
                         Header.Layers > 0 && Header.Layers <= MaxLayers && Color.Width == Across &&
                         Alpha.Width == Across && Color.Height == Header.Height && Alpha.Height == Header.Height &&
                         Color.Pixels.size() == 4 * Across * Header.Height &&
                         Alpha.Pixels.size() == Across * Header.Height;
    if (!IsSound)
    {
        return false;
    }
    Draft.Colors.resize(4 * Across * Header.Height);
    std::uint8_t* Target = Draft.Colors.data();
    for (std::size_t Layer = 0; Layer < Header.Layers; ++Layer)
    {
        for (std::size_t Row = 0; Row < Header.Height; ++Row, Target += 4 * Width)
        {
            const std::size_t First = Row * Across + Layer * Width;
            CopyRow(&Color.Pixels[4 * First], &Alpha.Pixels[First], Width, Target);
        }
    }
    return true;
}

bool StreamedHead::Read(Frame& Target)
{
    const std::unique_lock<std::mutex> Lock(Gate, std::try_to_lock);
    if (!Lock.owns_lock() || !IsNew)
    {
        return false;
    }
    std::swap(Target, Newest); // its memory is used again
    IsNew = false;
    return true;
}
} // namespace RsaTalker
