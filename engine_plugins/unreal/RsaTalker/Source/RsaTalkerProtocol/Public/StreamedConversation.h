// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <memory>
#include <string>

#include "ConversationLink.h"
#include "PictureDecoder.h"
#include "ProtocolApi.h"
#include "SidecarCalls.h"

namespace RsaTalker
{
// A conversation of a sidecar on another machine: pictures and motion come as streams, the engine's state goes as
// calls, on three threads of the transport's. The thread that ticks the plugin hardly does more than swap pointers;
// pictures have no depth. A slow machine or network sees fewer pictures, and always the newest.
class RSATALKERPROTOCOL_API StreamedConversation final : public ConversationLink
{
public:
    // Begins to watch, with pictures or without.
    StreamedConversation(SidecarCalls& Calls, const std::string& ConversationId, bool HasPictures,
                         std::shared_ptr<PictureDecoder> Decoder);

    // Lets the streams end; does not wait for them.
    ~StreamedConversation() override;

    bool IsLost(std::string& Why) const override;
    bool IsDoubtful() const override;
    ReadStatus ReadFrame(int Head, Frame& Target, Problem& Why) override;
    Geometry Largest(int Head) const override;
    ReadStatus ReadMotion(MotionTrack& Track, Problem& Why) override;
    void Write(const EngineSlot& State) override;

    static constexpr double PicturesPerS = 30;   // of each head at most
    static constexpr double StateEveryS = 0.033; // the sidecar takes a client for its engine for 500 ms after each

private:
    struct Shared; // with the transport's threads, which may live a little longer
    class Watching;
    class WatchingPictures;
    class WatchingMotion;
    class Telling;

    std::shared_ptr<Shared> Common;
    Geometry Seen[Participants]; // the largest frames so far
};
} // namespace RsaTalker
