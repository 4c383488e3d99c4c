// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "FrameRingLayout.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
inline constexpr int LiveLinkCount = 61;

// Curves of Apple's Live Link Face: the 52 weights in the order of the regions, then yaw, pitch and roll of head and
// eyes.
inline constexpr const char* LiveLinkNames[LiveLinkCount] = {
    "EyeBlinkLeft",
    "EyeLookDownLeft",
    "EyeLookInLeft",
    "EyeLookOutLeft",
    "EyeLookUpLeft",
    "EyeSquintLeft",
    "EyeWideLeft",
    "EyeBlinkRight",
    "EyeLookDownRight",
    "EyeLookInRight",
    "EyeLookOutRight",
    "EyeLookUpRight",
    "EyeSquintRight",
    "EyeWideRight",
    "JawForward",
    "JawLeft",
    "JawRight",
    "JawOpen",
    "MouthClose",
    "MouthFunnel",
    "MouthPucker",
    "MouthLeft",
    "MouthRight",
    "MouthSmileLeft",
    "MouthSmileRight",
    "MouthFrownLeft",
    "MouthFrownRight",
    "MouthDimpleLeft",
    "MouthDimpleRight",
    "MouthStretchLeft",
    "MouthStretchRight",
    "MouthRollLower",
    "MouthRollUpper",
    "MouthShrugLower",
    "MouthShrugUpper",
    "MouthPressLeft",
    "MouthPressRight",
    "MouthLowerDownLeft",
    "MouthLowerDownRight",
    "MouthUpperUpLeft",
    "MouthUpperUpRight",
    "BrowDownLeft",
    "BrowDownRight",
    "BrowInnerUp",
    "BrowOuterUpLeft",
    "BrowOuterUpRight",
    "CheekPuff",
    "CheekSquintLeft",
    "CheekSquintRight",
    "NoseSneerLeft",
    "NoseSneerRight",
    "TongueOut",
    "HeadYaw",
    "HeadPitch",
    "HeadRoll",
    "LeftEyeYaw",
    "LeftEyePitch",
    "LeftEyeRoll",
    "RightEyeYaw",
    "RightEyePitch",
    "RightEyeRoll",
};

// The curves of a pose. Angles in radians: positive yaw turns to the head's left, pitch down, roll towards its right
// shoulder; the head's are those of root and neck together. sidecar/network/live_link.py does the same.
RSATALKERPROTOCOL_API void LiveLinkValues(const Pose& From, float (&Values)[LiveLinkCount]);
} // namespace RsaTalker
