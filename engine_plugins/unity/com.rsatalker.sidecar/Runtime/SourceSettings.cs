// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>
    /// Lets one AudioSource sound as another one, whatever a user has set there. Components of a spatializer beside it are not
    /// copied. Main thread.
    /// </summary>
    internal static class SourceSettings
    {
        private static readonly AudioSourceCurveType[] Curves =
        {
            AudioSourceCurveType.CustomRolloff, AudioSourceCurveType.SpatialBlend, AudioSourceCurveType.ReverbZoneMix,
            AudioSourceCurveType.Spread,
        };

        /// <summary>Copies everything: before a sound.</summary>
        public static void Copy(AudioSource from, AudioSource to)
        {
            Follow(from, to);
            to.priority = from.priority;
            to.panStereo = from.panStereo;
            to.dopplerLevel = from.dopplerLevel;
            to.rolloffMode = from.rolloffMode;
            to.minDistance = from.minDistance;
            to.maxDistance = from.maxDistance;
            to.bypassEffects = from.bypassEffects;
            to.bypassListenerEffects = from.bypassListenerEffects;
            to.bypassReverbZones = from.bypassReverbZones;
            to.ignoreListenerPause = from.ignoreListenerPause;
            to.ignoreListenerVolume = from.ignoreListenerVolume;
            to.velocityUpdateMode = from.velocityUpdateMode;
            to.spatialize = from.spatialize;
            to.spatializePostEffects = from.spatializePostEffects;
            foreach (var curve in Curves) // also where they hold one number, such as Spread
            {
                to.SetCustomCurve(curve, from.GetCustomCurve(curve));
            }
            to.rolloffMode = from.rolloffMode; // a curve makes it custom
        }

        /// <summary>Copies what a game changes while a sound plays; no garbage.</summary>
        public static void Follow(AudioSource from, AudioSource to)
        {
            to.volume = from.volume;
            to.mute = from.mute;
            to.outputAudioMixerGroup = from.outputAudioMixerGroup;
        }
    }
}
