// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEngine;
using UnityEngine.Rendering;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// The scene's light between the two heads: light probes (or the ambient light where there are none) and one key light.
    /// No garbage per frame. Main thread.
    /// </summary>
    internal sealed class SceneLight
    {
        private const int Coefficients = 9;
        private const int Channels = 3;

        /// <summary>Writes the light at a place.</summary>
        public void Write(EngineState state, Vector3 place, Light key)
        {
            LightProbes.GetInterpolatedProbe(place, null, out SphericalHarmonicsL2 probe);
            for (var channel = 0; channel < Channels; ++channel)
            {
                for (var coefficient = 0; coefficient < Coefficients; ++coefficient)
                {
                    UnitySpace.SetProbe(state.Probe, coefficient, channel, probe[channel, coefficient]);
                }
            }
            WriteKey(state, place, key);
            state.HasLight = true;
        }

        private static void WriteKey(EngineState state, Vector3 place, Light key)
        {
            var color = Color.black;
            var shines = Vector3.down;
            if (key != null && key.isActiveAndEnabled)
            {
                var isSun = key.type == LightType.Directional;
                var from = place - key.transform.position;
                shines = isSun || from.sqrMagnitude < 1e-6f ? key.transform.forward : from.normalized;
                color = key.color.linear * (key.intensity * (isSun ? 1 : Share(key, from)));
            }
            UnitySpace.SetKeyDirection(state.KeyDirection, shines.x, shines.y, shines.z);
            state.KeyColor[0] = color.r;
            state.KeyColor[1] = color.g;
            state.KeyColor[2] = color.b;
        }

        // Of a point or spot light's strength at a distance: the inverse square, faded out at the range, and a cone's edge.
        private static float Share(Light key, Vector3 from)
        {
            var square = Mathf.Max(from.sqrMagnitude, 0.0001f);
            var ratio = square / (key.range * key.range);
            var window = Mathf.Clamp01(1 - ratio * ratio);
            var cone = 1f;
            if (key.type == LightType.Spot)
            {
                var outside = Vector3.Angle(key.transform.forward, from) / (0.5f * key.spotAngle);
                cone = Mathf.Clamp01((1 - outside) / 0.2f);
            }
            return window * window * cone / square;
        }
    }
}
