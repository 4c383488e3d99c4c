// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// Reads and writes regions with the C# core and prints what it found, one JSON object a line.
//
//   ReadFrames frames NAME COUNT   the next COUNT frames, as they come; ends early if the writer is lost
//   ReadFrames once NAME...        the newest frame of each region, or why there is none
//   ReadFrames motion NAME         every instant that the ring holds
//   ReadFrames follow NAME COUNT   the next COUNT instants, as they come
//   ReadFrames count NAME...       how many instants each ring holds, or why it cannot be read
//   ReadFrames watch NAME COUNT    whether the writer lives, the first COUNT times that this changes
//   ReadFrames engine NAME         writes one state whose numbers the test knows

using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using RsaTalker.Sidecar.Protocol;

internal static class ReadFrames
{
    private const int LostPolls = 20000; // of a millisecond: a busy machine may stop a writer for far longer than StaleMs

    private static readonly StringBuilder Line = new StringBuilder();

    private static int Main(string[] arguments)
    {
        var verb = arguments.Length > 1 ? arguments[0] : "";
        try
        {
            switch (verb)
            {
                case "frames":
                    return Follow(arguments[1], int.Parse(arguments[2]));
                case "once":
                    foreach (var name in arguments.Skip(1))
                    {
                        ReadOnce(name);
                    }
                    return 0;
                case "motion":
                    return ReadMotion(arguments[1], 0);
                case "follow":
                    return ReadMotion(arguments[1], int.Parse(arguments[2]));
                case "count":
                    foreach (var name in arguments.Skip(1))
                    {
                        CountInstants(name);
                    }
                    return 0;
                case "watch":
                    return Watch(arguments[1], int.Parse(arguments[2]));
                case "engine":
                    return WriteEngine(arguments[1]);
            }
        }
        catch (RegionException problem)
        {
            PrintProblem(problem);
            return 1;
        }
        Console.Error.WriteLine(
            "ReadFrames frames|follow|watch NAME COUNT, or once|count NAME..., or motion|engine NAME");
        return 2;
    }

    private static int Follow(string name, int count)
    {
        var frame = new Frame();
        using (var reader = new FrameRingReader(name))
        {
            for (var patience = LostPolls; count > 0 && patience > 0;)
            {
                if (reader.ReadLatest(frame))
                {
                    Print(frame);
                    --count;
                    patience = LostPolls;
                }
                else
                {
                    Thread.Sleep(1);
                    patience -= reader.Ring.WriterIsLost ? 1 : 0;
                }
            }
        }
        return count == 0 ? 0 : 1;
    }

    private static void ReadOnce(string name)
    {
        try
        {
            var frame = new Frame();
            using (var reader = new FrameRingReader(name))
            {
                if (reader.ReadLatest(frame))
                {
                    Print(frame);
                    return;
                }
            }
            Text("status", "nothing");
            Text("field", "");
            PrintLine();
        }
        catch (RegionException problem)
        {
            PrintProblem(problem);
        }
    }

    // Prints instants until there are count of them; with count 0 those that are there.
    private static int ReadMotion(string name, int count)
    {
        var instant = new MotionInstant();
        var printed = 0;
        using (var reader = new MotionRingReader(name))
        {
            for (var patience = LostPolls; patience > 0;)
            {
                if (reader.ReadNext(instant))
                {
                    Print(instant, reader.Ring.ExpressionSpace);
                    patience = LostPolls;
                    if (++printed == count)
                    {
                        return 0;
                    }
                }
                else if (count == 0)
                {
                    return 0;
                }
                else
                {
                    Thread.Sleep(1);
                    patience -= reader.Ring.WriterIsLost ? 1 : 0;
                }
            }
        }
        return 1;
    }

    private static void Print(MotionInstant instant, string expressionSpace)
    {
        Number("index", instant.Index);
        Number("timeline_us", instant.TimelineUs);
        Text("expression_space", expressionSpace);
        Number("utterance_a", instant.Heads[0].UtteranceId);
        Number("media_us_a", instant.Heads[0].MediaUs);
        Number("utterance_b", instant.Heads[1].UtteranceId);
        Number("media_us_b", instant.Heads[1].MediaUs);
        Numbers("jaw_a", instant.Heads[0].Pose.JawPose);
        AddPose(instant.Heads[1].Pose);
        PrintLine();
    }

    private static void CountInstants(string name)
    {
        try
        {
            var instant = new MotionInstant();
            var instants = 0;
            using (var reader = new MotionRingReader(name))
            {
                while (reader.ReadNext(instant))
                {
                    ++instants;
                }
            }
            Text("status", "fresh");
            Text("field", "");
            Number("instants", instants);
            PrintLine();
        }
        catch (RegionException problem)
        {
            PrintProblem(problem);
        }
    }

    private static int Watch(string name, int count)
    {
        using (var reader = new FrameRingReader(name))
        {
            for (bool? wasLost = null; count > 0; Thread.Sleep(1))
            {
                var isLost = reader.Ring.WriterIsLost;
                if (isLost != wasLost)
                {
                    Text("writer", isLost ? "lost" : "alive");
                    PrintLine();
                    --count;
                }
                wasLost = isLost;
            }
        }
        return 0;
    }

    private static int WriteEngine(string name)
    {
        var state = new EngineState { PoseId = 7, DisplayNs = 123456789, EyeCount = 2, PlaybackCount = 1, HasLight = true };
        Count(state.WorldFromHead, 1);
        for (var eye = 0; eye < 2; ++eye)
        {
            Count(state.Eyes[eye].CameraFromWorld, 10 + eye);
            Count(state.Eyes[eye].Tangents, 20 + eye);
            state.Eyes[eye].NearM = 0.125f;
            state.Eyes[eye].FarM = 50;
        }
        Count(state.Probe, 30);
        Count(state.KeyDirection, 40);
        Count(state.KeyColor, 50);
        state.Playbacks[0] = new Playback { UtteranceId = 3, PositionUs = -40000, AtNs = 987654321, Rate = 0.5f };
        using (var writer = new EngineRegionWriter(name))
        {
            writer.Write(state);
        }
        return 0;
    }

    private static void Count(float[] values, float first)
    {
        for (var index = 0; index < values.Length; ++index)
        {
            values[index] = first + index / 8f;
        }
    }

    private static void Print(Frame frame)
    {
        var depthBytes = new byte[4 * frame.DepthCount];
        Buffer.BlockCopy(frame.Depths, 0, depthBytes, 0, depthBytes.Length);
        var last = frame.Views[frame.Layers - 1];
        Text("status", "fresh");
        Number("frame_number", frame.FrameNumber);
        Number("utterance_id", frame.UtteranceId);
        Number("timeline_us", frame.TimelineUs);
        Number("media_us", frame.MediaUs);
        Number("pose_id", frame.PoseId);
        Number("requested_ns", frame.RequestedNs);
        Number("rendered_ns", frame.RenderedNs);
        Number("published_ns", frame.PublishedNs);
        Number("width", frame.Width);
        Number("height", frame.Height);
        Number("layers", frame.Layers);
        Number("format", (uint)frame.Format);
        Number("flags", (uint)frame.Flags);
        Numbers("world_from_head", frame.WorldFromHead);
        Numbers("camera_from_world", last.CameraFromWorld);
        Numbers("tangents", last.Tangents);
        Numbers("near_m", last.NearM);
        Numbers("far_m", last.FarM);
        Number("colors_crc32", Crc32.Compute(frame.Colors, 0, frame.ColorBytes));
        Number("depths_crc32", Crc32.Compute(depthBytes, 0, depthBytes.Length));
        AddPose(frame.Pose);
        PrintLine();
    }

    private static void AddPose(FlamePose pose)
    {
        Numbers("expression", pose.Expression);
        Numbers("global_orient", pose.GlobalOrient);
        Numbers("neck_pose", pose.NeckPose);
        Numbers("jaw_pose", pose.JawPose);
        Numbers("eye_pose", pose.EyePose);
        Numbers("transl", pose.Transl);
        Numbers("arkit", pose.Arkit);
    }

    private static void PrintProblem(RegionException problem)
    {
        var names = new[] { "region_not_found", "protocol_version", "malformed" };
        Text("status", names[(int)problem.Problem]);
        Text("field", problem.Field);
        PrintLine();
    }

    private static void Text(string key, string value)
    {
        Begin(key).Append('"').Append(value).Append('"');
    }

    private static void Number(string key, IFormattable value)
    {
        Begin(key).Append(value.ToString(null, CultureInfo.InvariantCulture));
    }

    private static void Numbers(string key, params float[] values)
    {
        var texts = values.Select(value => float.IsNaN(value) || float.IsInfinity(value)
            ? "null"
            : value.ToString("G9", CultureInfo.InvariantCulture));
        Begin(key).Append('[').Append(string.Join(", ", texts)).Append(']');
    }

    private static StringBuilder Begin(string key)
    {
        return Line.Append(Line.Length == 0 ? "\"" : ", \"").Append(key).Append("\": ");
    }

    private static void PrintLine()
    {
        Console.Out.WriteLine("{" + Line + "}");
        Console.Out.Flush();
        Line.Clear();
    }
}
