// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>The calls that the plugin makes. They block: any thread but the engine's main one.</summary>
    public sealed class SidecarCalls : IDisposable
    {
        public const int CallMs = 30000; // longest wait for an answer
        private const int GreetingMs = 5000; // for the first answer of all
        private const int CreateMs = 300000; // the first conversation of an avatar may have to bake it
        private const int CloseMs = 400; // nobody waits longer when Play mode stops; a lease ends by itself

        private readonly ConnectClient _client;

        public Endpoint Endpoint { get; }

        public SidecarCalls(Endpoint endpoint)
        {
            Endpoint = endpoint;
            _client = new ConnectClient(endpoint);
        }

        public void Dispose()
        {
            _client.Dispose();
        }

        /// <summary>Says who we are.</summary>
        /// <exception cref="SidecarException">Nobody answers, or another major version does.</exception>
        public SidecarInfo GetInfo(string clientName, CancellationToken stop)
        {
            var json = new JsonWriter().Begin("protocolVersion").Field("major", (int)FrameRingLayout.Major);
            json.Field("minor", (int)FrameRingLayout.Minor).End().Field("clientName", clientName);
            var info = new SidecarInfo(_client.Call("SidecarService/GetInfo", json.ToString(), GreetingMs, stop));
            if (info.ProtocolMajor != FrameRingLayout.Major)
            {
                throw new SidecarException(CallProblem.Refused, Sentences.OtherMajorVersion(info.ProtocolMajor));
            }
            return info;
        }

        public IReadOnlyList<AvatarEntry> ListAvatars(CancellationToken stop)
        {
            var avatars = new List<AvatarEntry>();
            foreach (var entry in _client.Call("SidecarService/ListAvatars", "{}", CallMs, stop)["avatars"].Items)
            {
                avatars.Add(new AvatarEntry(entry));
            }
            return avatars;
        }

        public ConversationHealth GetHealth(string id, CancellationToken stop)
        {
            return new ConversationHealth(_client.Call("SidecarService/GetStatus", "{}", CallMs, stop), id);
        }

        /// <summary>Makes a conversation of a setup, which is read under its lock; alone: see its Request.</summary>
        public CreatedConversation Create(ConversationSetup setup, object gate, int alone, CancellationToken stop)
        {
            string request;
            lock (gate)
            {
                request = setup.Request(alone);
            }
            return new CreatedConversation(
                _client.Call("ConversationService/CreateConversation", request, CreateMs, stop));
        }

        public void KeepAlive(string id, int timeoutMs, CancellationToken stop)
        {
            _client.Call("ConversationService/KeepAlive", Named(id).ToString(), timeoutMs, stop);
        }

        public void Close(string id)
        {
            _client.Call("ConversationService/CloseConversation", Named(id).ToString(), CloseMs, CancellationToken.None);
        }

        public void SetRelationship(
            string id, Relationship relationship, float strength, Relationship other, float share, CancellationToken stop)
        {
            var json = Named(id);
            relationship.Write(json, "relationship");
            json.Field("strength", strength).Field("share", share);
            if (share > 0)
            {
                other.Write(json, "other");
            }
            _client.Call("ConversationService/SetRelationship", json.ToString(), CallMs, stop);
        }

        public void SetMood(string id, int participant, Mood mood, CancellationToken stop)
        {
            var json = Named(id).Field("participant", NameOf(participant));
            mood.Write(json);
            _client.Call("ConversationService/SetMood", json.ToString(), CallMs, stop);
        }

        public void SetStyle(string id, int participant, Style style, CancellationToken stop)
        {
            var json = Named(id).Field("participant", NameOf(participant));
            style.Write(json);
            _client.Call("ConversationService/SetStyle", json.ToString(), CallMs, stop);
        }

        public void SetAvOffset(string id, int offsetMs, CancellationToken stop)
        {
            var json = Named(id).Field("avOffsetMs", offsetMs).ToString();
            _client.Call("ConversationService/SetAvOffset", json, CallMs, stop);
        }

        /// <summary>Says a whole clip; returns where it begins and how long it is.</summary>
        public JsonValue Speak(string id, VoiceChunk clip, CancellationToken stop)
        {
            return _client.Call("SpeechService/Speak", clip.Request(Named(id), false), CallMs, stop);
        }

        /// <summary>Says the next chunk of an utterance.</summary>
        public JsonValue PushAudio(string id, VoiceChunk chunk, CancellationToken stop)
        {
            return _client.Call("SpeechService/PushAudio", chunk.Request(Named(id), true), CallMs, stop);
        }

        /// <summary>Cuts an utterance off; returns where, on its own time, microseconds.</summary>
        public long CancelSpeech(string id, ulong utteranceId, CancellationToken stop)
        {
            var json = Named(id).Field("utteranceId", utteranceId).ToString();
            return _client.Call("SpeechService/CancelSpeech", json, CallMs, stop)["cutAtMediaUs"].Integer;
        }

        public void SetEngineState(string json, CancellationToken stop)
        {
            _client.Call("WatchService/SetEngineState", json, CallMs, stop);
        }

        /// <summary>Hands pictures of both heads to `take` until the conversation ends; blocks so long.</summary>
        public void WatchFrames(string id, float rateHz, Action<JsonValue> take, CancellationToken stop)
        {
            _client.Stream("WatchService/WatchFrames", Named(id).Field("maxRateHz", rateHz).ToString(), take, stop);
        }

        /// <summary>Hands motion of both heads to `take` until the conversation ends; blocks so long.</summary>
        public void WatchMotion(string id, Action<JsonValue> take, CancellationToken stop)
        {
            _client.Stream("WatchService/WatchMotion", Named(id).ToString(), take, stop);
        }

        internal static string NameOf(int participant)
        {
            return participant == 0 ? "PARTICIPANT_A" : "PARTICIPANT_B";
        }

        private static JsonWriter Named(string id)
        {
            return new JsonWriter().Field("conversationId", id);
        }
    }
}
