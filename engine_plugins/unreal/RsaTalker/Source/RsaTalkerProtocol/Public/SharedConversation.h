// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <memory>
#include <string>

#include "ConversationLink.h"
#include "EngineRegionWriter.h"
#include "JsonValue.h"
#include "MotionRingReader.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
// A conversation of a sidecar on this machine, in shared memory. No allocation per frame. One thread.
class RSATALKERPROTOCOL_API SharedConversation final : public ConversationLink
{
public:
    // Opens the regions that the answer to CreateConversation names. Null, and Why says it, if one cannot be opened.
    static std::unique_ptr<SharedConversation> Open(const JsonValue& Created, bool HasFrames, Problem& Why);

    bool IsLost(std::string& Why) const override;
    bool IsDoubtful() const override;
    ReadStatus ReadFrame(int Head, Frame& Target, Problem& Why) override;
    Geometry Largest(int Head) const override;
    ReadStatus ReadMotion(MotionTrack& Track, Problem& Why) override;
    void Write(const EngineSlot& State) override;

private:
    FrameRingReader Rings[Participants];
    MotionRingReader Motion;
    EngineRegionWriter Engine;
};
} // namespace RsaTalker
