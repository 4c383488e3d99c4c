// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections.Generic;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>What a sidecar says about itself. Immutable; any thread.</summary>
    public sealed class SidecarInfo
    {
        public string Version { get; }
        public string Renderer { get; }
        public uint ProtocolMajor { get; }
        public IReadOnlyList<string> Capabilities { get; }

        /// <summary>Names of the ARKit weights in the order of the regions.</summary>
        public IReadOnlyList<string> ArkitNames { get; }

        internal SidecarInfo(JsonValue answer)
        {
            Version = answer["sidecarVersion"].Text;
            Renderer = answer["renderer"].Text;
            ProtocolMajor = (uint)answer["protocolVersion"]["major"].Integer;
            Capabilities = Texts(answer["capabilities"]);
            ArkitNames = Texts(answer["arkitNames"]);
        }

        private static IReadOnlyList<string> Texts(JsonValue list)
        {
            var texts = new List<string>();
            foreach (var item in list.Items)
            {
                texts.Add(item.Text);
            }
            return texts;
        }
    }

    /// <summary>A head that the sidecar offers.</summary>
    public readonly struct AvatarEntry
    {
        public readonly string Name;
        public readonly string Description;

        internal AvatarEntry(JsonValue entry)
        {
            Name = entry["name"].Text;
            Description = entry["description"].Text;
        }
    }

    /// <summary>A conversation that was just made: its id and the names of its regions.</summary>
    public sealed class CreatedConversation
    {
        public string Id { get; }

        /// <summary>Of a and b; empty when only motion was asked for.</summary>
        public IReadOnlyList<string> FrameRegions { get; }

        public string MotionRegion { get; }
        public string EngineRegion { get; }
        public int LeaseMs { get; }

        internal CreatedConversation(JsonValue answer)
        {
            var regions = new List<string>();
            foreach (var region in answer["frameRegions"].Items)
            {
                regions.Add(region.Text);
            }
            Id = answer["conversationId"].Text;
            FrameRegions = regions;
            MotionRegion = answer["motionRegion"].Text;
            EngineRegion = answer["engineRegion"].Text;
            LeaseMs = (int)answer["leaseMs"].Integer;
        }
    }

    /// <summary>How a conversation is doing, as the sidecar measures it.</summary>
    public sealed class ConversationHealth
    {
        /// <summary>starting, live, failed, closing or closed.</summary>
        public string State { get; }

        /// <summary>Why it failed, or what is wrong with what the engine writes; empty if nothing is.</summary>
        public string Warning { get; }

        /// <summary>How far the newest face was behind its sound, milliseconds; below 0: ahead.</summary>
        public double SkewMs { get; }

        /// <summary>A whole turn of the frame loop, 95th percentile, milliseconds.</summary>
        public double TickMs { get; }

        internal ConversationHealth(JsonValue status, string id)
        {
            State = Warning = "";
            foreach (var conversation in status["conversations"].Items)
            {
                if (conversation["conversationId"].Text == id)
                {
                    State = conversation["state"].Text;
                    var failure = conversation["failure"].Text;
                    Warning = failure.Length > 0 ? failure : conversation["warning"].Text;
                    SkewMs = conversation["skewUs"].Integer / 1000.0;
                }
            }
            foreach (var stage in status["stages"].Items)
            {
                TickMs = stage["stage"].Text == "tick" ? stage["p95Ms"].Number : TickMs;
            }
        }
    }
}
