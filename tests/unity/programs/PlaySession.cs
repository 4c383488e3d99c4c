// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using RsaTalker.Sidecar;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;
using Object = UnityEngine.Object;

/// <summary>
/// A project with two heads, played by the stub of the engine. Reads a command a line and answers each with a line of
/// JSON; the test says what happens and looks at what comes.
/// </summary>
internal static class PlaySession
{
    private const int RateHz = 16000;
    private static readonly List<Utterance> Spoken = new List<Utterance>();
    private static readonly TalkingHead[] Heads = new TalkingHead[2];
    private static Conversation _conversation;
    private static SkinnedMeshRenderer _mesh;
    private static Camera _camera;
    private static StreamingVoice _voice;
    private static IReadOnlyList<FoundSidecar> _found = new FoundSidecar[0];
    private static int _started;
    private static int _ended;

    private static void Main()
    {
        for (var line = Console.ReadLine(); line != null; line = Console.ReadLine())
        {
            var words = line.Split(' ');
            Do(words[0], words.Skip(1).ToArray());
            Answer();
        }
    }

    private static void Do(string verb, string[] words)
    {
        switch (verb)
        {
            case "scene":
                MakeScene(words);
                return;
            case "start":
                PlayMode.Start();
                return;
            case "stop":
                PlayMode.Stop();
                return;
            case "reload":
                PlayMode.ReloadDomain();
                FindAgain();
                return;
            case "pause":
                PlayMode.IsPaused = words[0] == "on";
                return;
            case "focus":
                AudioSettings.RunsWhileStopped = words.Contains("sounding");
                PlayMode.Focus(words[0] == "on");
                return;
            case "listener":
                AudioListener.pause = words[0] == "off";
                return;
            case "sun":
                RenderSettings.sun.color = new Color(Number(words[0]), Number(words[1]), Number(words[2]));
                return;
            case "aim": // pitch and yaw of the sun
                RenderSettings.sun.transform.rotation = Quaternion.Euler(Number(words[0]), Number(words[1]), 0);
                return;
            case "lamp":
                PutLamp(words.Select(Number).ToArray());
                return;
            case "probe":
                for (var channel = 0; channel < 3; ++channel)
                {
                    LightProbes.Everywhere[channel, 0] = Number(words[channel]);
                }
                return;
            case "record":
                AudioListener.Heard = new List<float>();
                return;
            case "device":
                AudioSettings.ChangeDevice(words[0] == "anew");
                return;
            case "frames":
                Frames(int.Parse(words[0], CultureInfo.InvariantCulture), () => false);
                return;
            case "until":
                Frames(90 * int.Parse(words[1], CultureInfo.InvariantCulture), () => IsSo(words[0]));
                return;
            case "speak":
                Spoken.Add(_conversation.Speak(Heads[int.Parse(words[0])], Clip(words), words.Contains("interrupts")));
                return;
            case "voice":
                _voice = _conversation.BeginVoice(Heads[int.Parse(words[0])], RateHz);
                Spoken.Add(_voice.Utterance);
                return;
            case "push":
                Push(float.Parse(words[0], CultureInfo.InvariantCulture));
                return;
            case "finish":
                _voice.Finish();
                return;
            case "cancel":
                _conversation.Cancel(Spoken[Spoken.Count - 1]);
                return;
            case "relate":
                _conversation.SetRelationship(Kinship.Blood, SocialStatus.Unequal, Senior.B, 1.2f);
                Heads[0].SetMood(HeadMood.Happy, 0.5f);
                return;
            case "enable":
                _conversation.enabled = words[0] == "on";
                return;
            case "destroy":
                Object.Destroy(Heads[int.Parse(words[0])].gameObject);
                return;
            case "leave": // the scene: heads and all before the conversation
                Object.Living.OfType<GameObject>().Where(thing => thing.transform.parent == null).ToList()
                    .ForEach(Object.Destroy);
                return;
            case "move":
                Heads[0].transform.position = new Vector3(Number(words[0]), Number(words[1]), Number(words[2]));
                return;
            case "picture":
                SavePicture(int.Parse(words[0]), words[1]);
                return;
            case "browse":
                _found = LanBrowser.Find(3000, CancellationToken.None);
                return;
            case "trust":
                KnownSidecars.Trust(_found[0].HttpAddress, KnownSidecars.ShownFingerprint(_found[0].HttpAddress));
                return;
            case "churn":
                for (var time = int.Parse(words[0]); time > 0; --time)
                {
                    _conversation.enabled = false;
                    _conversation.enabled = true;
                    Frames(60000, () => IsSo("live"), 1);
                    Frames(3, () => false, 1);
                }
                return;
            default:
                throw new ArgumentException(verb);
        }
    }

    private static void MakeScene(string[] words)
    {
        for (var head = 0; head < 2; ++head)
        {
            Heads[head] = new GameObject("Head " + "AB"[head], typeof(TalkingHead)).GetComponent<TalkingHead>();
            Heads[head].Avatar = (words.Contains("cast") ? new[] { "mara", "tomas" } : new[] { "ann", "bob" })[head];
            Heads[head].transform.position = new Vector3(head == 0 ? 0.5f : -0.5f, 1.6f, 2);
            Heads[head].transform.rotation = Quaternion.Euler(0, head == 0 ? 200 : 160, 0);
        }
        _camera = new GameObject("Main Camera", typeof(Camera)).GetComponent<Camera>();
        _camera.transform.position = new Vector3(0, 1.6f, 0);
        _camera.EyeDistanceM = words.Contains("mono") ? 0 : 0.064f;
        Camera.main = _camera;
        RenderSettings.sun = new GameObject("Sun", typeof(Light)).GetComponent<Light>();
        RenderSettings.sun.type = LightType.Directional;
        RenderSettings.sun.intensity = 0.5f;
        RenderSettings.sun.transform.rotation = Quaternion.Euler(90, 0, 0); // at noon
        for (var channel = 0; channel < 3; ++channel)
        {
            LightProbes.Everywhere[channel, 0] = 0.25f;
        }
        MakeMesh();
        _conversation = new GameObject("Conversation", typeof(Conversation)).GetComponent<Conversation>();
        _conversation.HeadA = Heads[0];
        _conversation.HeadB = words.Contains("one-head") ? null : Heads[1];
        _conversation.FrameSizePx = words.Contains("cast") ? 96 : 32;
        _conversation.Stereo = !words.Contains("mono");
        if (words.Contains("at"))
        {
            var at = Array.IndexOf(words, "at");
            _conversation.LookAt(SidecarPlace.Address, words[at + 1], words[at + 2]);
        }
        if (words.Contains("no-avatar"))
        {
            Heads[1].Avatar = "";
        }
        if (words.Contains("stranger"))
        {
            Heads[1].Avatar = "nobody";
        }
        if (words.Contains("strangers"))
        {
            Heads[0].Avatar = Heads[1].Avatar = "nobody";
        }
        Listen();
    }

    // A point light of three metres of range, and its colour.
    private static void PutLamp(float[] placeAndColor)
    {
        var lamp = new GameObject("Lamp", typeof(Light)).GetComponent<Light>();
        lamp.type = LightType.Point;
        lamp.range = 3;
        lamp.transform.position = new Vector3(placeAndColor[0], placeAndColor[1], placeAndColor[2]);
        lamp.color = new Color(placeAndColor[3], placeAndColor[4], placeAndColor[5]);
        _conversation.KeyLight = lamp;
    }

    private static void MakeMesh()
    {
        var face = new GameObject("Face", typeof(SkinnedMeshRenderer), typeof(ArkitFace));
        _mesh = face.GetComponent<SkinnedMeshRenderer>();
        _mesh.sharedMesh = new Mesh { BlendShapes = ArkitNames.All.Select(name => "face." + name).Reverse().ToList() };
        face.GetComponent<ArkitFace>().Head = Heads[0];
    }

    private static void FindAgain()
    {
        _conversation = Object.FindAnyObjectByType<Conversation>();
        Heads[0] = _conversation.HeadA;
        Heads[1] = _conversation.HeadB;
        Listen();
    }

    private static void Listen()
    {
        _conversation.UtteranceStarted += utterance => ++_started;
        _conversation.UtteranceEnded += utterance => ++_ended;
    }

    private static void Frames(int most, Func<bool> isDone, int milliseconds = 11)
    {
        for (var frame = 0; frame < most && !isDone(); ++frame)
        {
            PlayMode.Frame(milliseconds);
        }
    }

    private static bool IsSo(string what)
    {
        switch (what)
        {
            case "drawn":
                return Graphics.Drawn.Count == 2;
            case "playing":
            case "ended":
            case "cancelled":
            case "failed":
                return Spoken.Last().State.ToString().ToLowerInvariant() == what;
            case "heard": // a third of a second, and a face that says it
                return Heads[Spoken.Last().Participant].Pose.Arkit[17] > 0.2f
                    && AudioSettings.dspTime > Spoken.Last().StartDspS + 0.35;
            case "settled": // what one conversation maps: frames of both heads, motion and what the engine writes
                return Mapped() == 4;
            case "resting":
                return Heads[Spoken.Last().Participant].Pose.Arkit[17] < 0.02f;
            case "loud":
                return Sources(Heads[0]).Any(source => source.Loudest > 0);
            default:
                return _conversation.State.ToString().ToLowerInvariant() == what && (what != "live" || _conversation.IsLive);
        }
    }

    // Its own, and the hidden one that plays every other utterance once it is there.
    private static List<AudioSource> Sources(TalkingHead head)
    {
        var others = head.transform.Children.Select(child => child.GetComponent<AudioSource>());
        return others.Prepend(head.GetComponent<AudioSource>()).ToList();
    }

    private static AudioClip Clip(string[] words)
    {
        var samples = new float[2 * (int)(RateHz * Number(words[1]))];
        Array.Fill(samples, Number(words[2]));
        var clip = AudioClip.Create("clip", samples.Length / 2, 2, RateHz, false);
        clip.SetData(samples, 0);
        clip.IsReadable = !words.Contains("unreadable");
        return clip;
    }

    private static void Push(float seconds)
    {
        var part = new float[(int)(0.04f * RateHz)];
        Array.Fill(part, 0.5f);
        for (var sent = 0f; sent < seconds; sent += 0.04f)
        {
            _voice.Push(part, 0, part.Length);
        }
    }

    // Colours and depths as they are on the graphics card, and what the shader was told.
    private static void SavePicture(int head, string path)
    {
        var properties = Graphics.Drawn[head].Parameters.matProps;
        File.WriteAllBytes(path, (byte[])((Texture2D)properties["_RsaColors"]).Applied);
        var depths = (float[])((Texture2D)properties["_RsaDepths"]).Applied;
        var bytes = new byte[4 * depths.Length];
        Buffer.BlockCopy(depths, 0, bytes, 0, bytes.Length);
        File.WriteAllBytes(path + ".depth", bytes);
        File.WriteAllText(path + ".number", "" + Heads[head].DrawnFrameNumber);
    }

    private static void Answer()
    {
        var json = new JsonWriter().Field("state", _conversation.State.ToString()).Field("sentence", _conversation.Sentence);
        json.Field("frames", (int)_conversation.FramesPerSecond).Field("scriptBytes", PlayMode.ScriptBytes);
        json.Field("objects", Object.Living.Count).Field("listeners", AudioSettings.Listeners + Application.Listeners);
        json.Field("threads", System.Diagnostics.Process.GetCurrentProcess().Threads.Count);
        json.Field("escaped", string.Join("; ", PlayMode.Escaped)).Field("drawn", Graphics.Drawn.Count);
        json.Field("started", _started).Field("ended", _ended).Field("dspMs", (long)(1000 * AudioSettings.dspTime));
        json.Field("weight", _mesh.Weights.TryGetValue(51 - 17, out var weight) ? weight : 0);
        json.Field("mapped", Mapped());
        var kinds = Object.Living.GroupBy(one => one.GetType().Name).OrderBy(kind => kind.Key, StringComparer.Ordinal);
        json.Field("kinds", string.Join(", ", kinds.Select(kind => kind.Count() + " " + kind.Key)));
        json.Field("silence", Silence()).Field("fall", Fall());
        json.Field("found", string.Join(" ", _found.Select(one => one.HttpAddress)));
        json.BeginList("heads");
        foreach (var head in Heads.Where(head => head != null))
        {
            var source = head.GetComponent<AudioSource>();
            json.BeginItem().Field("pose", head.HasPose).Field("refusal", head.Refusal).Field("jaw", head.Pose.Arkit[17]).Field("sounds", source.isPlaying);
            json.Field("loudest", Sources(head).Max(one => one.Loudest)).Field("starts", source.Starts.Count);
            json.Field("fromS", source.Starts.Count > 0 ? source.Starts.Last().FromS : -1).End();
            Sources(head).ForEach(one => one.Loudest = 0);
        }
        json.EndList().BeginList("utterances");
        foreach (var utterance in Spoken)
        {
            json.BeginItem().Field("state", utterance.State.ToString()).Field("sentence", utterance.Sentence);
            json.Field("id", utterance.Id).Field("startUs", utterance.StartUs).Field("cutAtUs", utterance.CutAtUs);
            json.Field("startDspMs", double.IsNaN(utterance.StartDspS) ? -1 : (long)(1000 * utterance.StartDspS)).End();
        }
        json.EndList().Field("late", _voice?.LateCount ?? 0).BeginList("shown");
        foreach (var (parameters, mesh) in Graphics.Drawn)
        {
            Describe(json.BeginItem(), parameters, mesh);
            json.End();
        }
        Console.WriteLine(json.EndList());
    }

    private static void Describe(JsonWriter json, RenderParams parameters, Mesh mesh)
    {
        var texture = (Texture2D)parameters.matProps["_RsaColors"];
        json.Field("width", texture.width).Field("height", texture.height).Field("corners", mesh.vertices.Length);
        json.Field("layout", Numbers(((Vector4[])parameters.matProps["_RsaLayout"])[0]));
        json.Field("source", Numbers(((Vector4[])parameters.matProps["_RsaSource"])[0]));
        json.Field("file", texture.LoadedFile != null);
        foreach (var (name, shown) in new[] { ("_RsaCameraFromWorld", "cameras"), ("_RsaWorldFromCamera", "worlds") })
        {
            var rows = ((Matrix4x4[])parameters.matProps[name]).SelectMany(one => Enumerable.Range(0, 4).Select(one.GetRow));
            json.Field(shown, rows.SelectMany(Numbers).ToArray());
        }
        json.Field("tangents", ((Vector4[])parameters.matProps["_RsaTangents"]).SelectMany(Numbers).ToArray());
    }

    private static float[] Numbers(Vector4 vector)
    {
        return new[] { vector.x, vector.y, vector.z, vector.w };
    }

    // Regions of shared memory that this process holds open, on Linux.
    private static int Mapped()
    {
        return File.ReadAllLines("/proc/self/maps").Count(line => line.Contains("/dev/shm/{"));
    }

    // Of what was recorded: the longest silence between its first and its last sound, samples of 48 kHz.
    private static int Silence()
    {
        var (longest, silent, hasBegun) = (0, 0, false);
        foreach (var sample in AudioListener.Heard ?? new List<float>())
        {
            var isSilent = Math.Abs(sample) < 0.0001f;
            longest = hasBegun && !isSilent ? Math.Max(longest, silent) : longest;
            silent = isSilent ? silent + 1 : 0;
            hasBegun = hasBegun || !isSilent;
        }
        return longest;
    }

    // Of what was recorded: the greatest fall from one sample to the next; a click.
    private static float Fall()
    {
        var heard = AudioListener.Heard ?? new List<float>();
        return heard.Zip(heard.Skip(1), (one, next) => one - next).DefaultIfEmpty(0).Max();
    }

    private static float Number(string text)
    {
        return float.Parse(text, CultureInfo.InvariantCulture);
    }
}
