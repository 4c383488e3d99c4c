// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.IO;
using RsaTalker.Sidecar.Protocol;

/// <summary>Compares UnitySpace with proto/vectors/coordinates.json; prints what differs and how much it compared.</summary>
internal static class CheckCoordinates
{
    private static int _compared;

    private static int Main(string[] arguments)
    {
        var unity = JsonReader.Read(File.ReadAllText(arguments[0]))["unity"];
        var scratch = new float[16];
        foreach (var head in unity["heads"].Items)
        {
            var (p, q) = (head["position"].Numbers, head["quaternion"].Numbers);
            var found = new float[16];
            UnitySpace.SetHead(found, 0, p[0], p[1], p[2], q[0], q[1], q[2], q[3], scratch);
            Compare("head", head["world_from_head"].Numbers, found);
        }
        foreach (var camera in unity["cameras"].Items)
        {
            var view = new View();
            UnitySpace.SetView(view, camera["view_matrix"].Numbers, unity["projections"].Items[0]["matrix"].Numbers);
            Compare("camera", camera["camera_from_world"].Numbers, view.CameraFromWorld);
        }
        foreach (var projection in unity["projections"].Items)
        {
            var view = new View();
            UnitySpace.SetView(view, unity["cameras"].Items[0]["view_matrix"].Numbers, projection["matrix"].Numbers);
            Compare("tangents", projection["tangents"].Numbers, view.Tangents);
            Compare("near", new[] { (float)projection["near_m"].Number }, new[] { view.NearM });
            Compare("far", new[] { (float)projection["far_m"].Number }, new[] { view.FarM });
        }
        foreach (var light in unity["key_lights"].Items)
        {
            var (shines, found) = (light["travels"].Numbers, new float[3]);
            UnitySpace.SetKeyDirection(found, shines[0], shines[1], shines[2]);
            Compare("key light", light["key_direction"].Numbers, found);
        }
        foreach (var probe in unity["probes"].Items)
        {
            var (given, found) = (probe["engine"].Numbers, new float[27]);
            for (var index = 0; index < found.Length; ++index)
            {
                UnitySpace.SetProbe(found, index / 3, index % 3, given[index]);
            }
            Compare("probe", probe["ours"].Numbers, found);
        }
        Console.WriteLine(_compared);
        return 0;
    }

    private static void Compare(string what, float[] expected, float[] found)
    {
        for (var index = 0; index < expected.Length; ++index)
        {
            ++_compared;
            if (Math.Abs(expected[index] - found[index]) > 2e-5 * Math.Max(1, Math.Abs(expected[index])))
            {
                Console.WriteLine(what + " " + index + ": expected " + expected[index] + ", found " + found[index]);
            }
        }
    }
}
