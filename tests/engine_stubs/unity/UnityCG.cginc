// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// The few names of Unity's includes that the shader uses, for a compiler without Unity.
#ifndef UNITY_STUB_INCLUDED
#define UNITY_STUB_INCLUDED
float4x4 UNITY_MATRIX_VP;
float3 _WorldSpaceCameraPos;
#ifdef UNITY_STEREO_INSTANCING_ENABLED
static uint unity_StereoEyeIndex;
#define UNITY_VERTEX_INPUT_INSTANCE_ID uint instanceID : SV_InstanceID;
#define UNITY_SETUP_INSTANCE_ID(input) unity_StereoEyeIndex = input.instanceID & 1
#define UNITY_VERTEX_OUTPUT_STEREO uint stereoTargetEyeIndex : SV_RenderTargetArrayIndex;
#define UNITY_INITIALIZE_VERTEX_OUTPUT_STEREO(output) output.stereoTargetEyeIndex = unity_StereoEyeIndex
#define UNITY_SETUP_STEREO_EYE_INDEX_POST_VERTEX(input) unity_StereoEyeIndex = input.stereoTargetEyeIndex
#else
#define UNITY_VERTEX_INPUT_INSTANCE_ID
#define UNITY_SETUP_INSTANCE_ID(input)
#define UNITY_VERTEX_OUTPUT_STEREO
#define UNITY_INITIALIZE_VERTEX_OUTPUT_STEREO(output)
#define UNITY_SETUP_STEREO_EYE_INDEX_POST_VERTEX(input)
#endif
#endif
