// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// An unlit, premultiplied picture that writes depth, for Universal Render Pipeline and Built-in, both eyes in one pass or
// in two. Depth first, where it is solid; then the colours, whose faint edges hide nothing.

Shader "RSATalker/Head Card"
{
    SubShader
    {
        PackageRequirements
        {
            "com.unity.render-pipelines.universal": "12.0"
        }
        Tags { "RenderPipeline" = "UniversalPipeline" "Queue" = "Transparent" "RenderType" = "Transparent" "IgnoreProjector" = "True" }
        Cull Off
        ZTest LEqual

        Pass
        {
            Name "Depth"
            Tags { "LightMode" = "SRPDefaultUnlit" }
            ColorMask 0
            ZWrite On

            HLSLPROGRAM
            #pragma target 4.5
            #pragma vertex RsaVertex
            #pragma fragment RsaDepthPass
            #pragma multi_compile_instancing
            #include "Packages/com.unity.render-pipelines.universal/ShaderLibrary/Core.hlsl"
            #include "HeadCard.hlsl"
            ENDHLSL
        }

        Pass
        {
            Name "Colors"
            Tags { "LightMode" = "UniversalForward" }
            Blend One OneMinusSrcAlpha
            ZWrite Off

            HLSLPROGRAM
            #pragma target 4.5
            #pragma vertex RsaVertex
            #pragma fragment RsaColorPass
            #pragma multi_compile_instancing
            #include "Packages/com.unity.render-pipelines.universal/ShaderLibrary/Core.hlsl"
            #include "HeadCard.hlsl"
            ENDHLSL
        }
    }

    SubShader
    {
        Tags { "Queue" = "Transparent" "RenderType" = "Transparent" "IgnoreProjector" = "True" }
        Cull Off
        ZTest LEqual

        Pass
        {
            Name "Depth"
            ColorMask 0
            ZWrite On

            HLSLPROGRAM
            #pragma target 4.5
            #pragma vertex RsaVertex
            #pragma fragment RsaDepthPass
            #pragma multi_compile_instancing
            #include "UnityCG.cginc"
            #include "HeadCard.hlsl"
            ENDHLSL
        }

        Pass
        {
            Name "Colors"
            Blend One OneMinusSrcAlpha
            ZWrite Off

            HLSLPROGRAM
            #pragma target 4.5
            #pragma vertex RsaVertex
            #pragma fragment RsaColorPass
            #pragma multi_compile_instancing
            #include "UnityCG.cginc"
            #include "HeadCard.hlsl"
            ENDHLSL
        }
    }

    Fallback Off
}
