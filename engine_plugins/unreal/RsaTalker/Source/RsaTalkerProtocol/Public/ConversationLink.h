// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <string>

#include "FrameRingReader.h"
#include "MotionTrack.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
// What is read and written of a conversation while it lives: in shared memory of this machine, or over HTTP from
// another one. Nothing waits. The thread that ticks the plugin.
class RSATALKERPROTOCOL_API ConversationLink
{
public:
    virtual ~ConversationLink();

    // Whether the sidecar has gone or is going; Why says it, if the sidecar did.
    virtual bool IsLost(std::string& Why) const = 0;

    // Whether the sidecar has been silent for so long that it had better be asked whether it lives.
    virtual bool IsDoubtful() const = 0;

    // Copies a head's newest frame, if it is newer than the last one read.
    virtual ReadStatus ReadFrame(int Head, Frame& Target, Problem& Why) = 0;

    // How large a head's frames become: those of nearby heads are larger.
    virtual Geometry Largest(int Head) const = 0;

    // Takes over all motion that is new. Malformed: Why says it.
    virtual ReadStatus ReadMotion(MotionTrack& Track, Problem& Why) = 0;

    // Tells where the eyes and heads are, the light, and what is heard.
    virtual void Write(const EngineSlot& State) = 0;
};
} // namespace RsaTalker
