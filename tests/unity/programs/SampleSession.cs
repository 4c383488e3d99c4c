// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Linq;
using System.Reflection;
using RsaTalker.Sidecar;
using UnityEditor;
using UnityEngine;
using Object = UnityEngine.Object;

/// <summary>
/// Opens the scene of a sample by its menu entry, prints the hierarchy, plays it until head A has been heard, and prints what
/// moved: SampleSession EDITOR_ASSEMBLY OBJECT.MESSAGE ASSEMBLY, where the message is sent to the components of an object,
/// turned towards head A, once the heads live, and the other assembly brings menu entries of another package.
/// </summary>
internal static class SampleSession
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
    private const int JawOpen = 17;

    private static void Main(string[] arguments)
    {
        arguments.Skip(2).ToList().ForEach(file => Assembly.LoadFrom(file));
        var menu = Assembly.LoadFrom(arguments[0]).GetTypes().SelectMany(type => type.GetMethods(Any))
            .Single(method => method.IsDefined(typeof(MenuItem)));
        menu.Invoke(null, null);
        foreach (var thing in Object.Living.OfType<GameObject>().Where(thing => thing.transform.parent == null))
        {
            Print(thing.transform, "");
        }
        var conversation = Object.FindAnyObjectByType<Conversation>();
        conversation.HeadA.Avatar = "ann";
        conversation.HeadB.Avatar = "bob";
        conversation.FrameSizePx = 32;
        PlayMode.Start();
        Until(() => conversation.IsLive);
        if (arguments.Length > 1)
        {
            var (name, message) = (arguments[1].Split('.')[0], arguments[1].Split('.')[1]);
            var target = Object.Living.OfType<GameObject>().Single(thing => thing.name == name);
            Turn(target.transform, conversation.HeadA.transform.position);
            target.Components.OfType<MonoBehaviour>().ToList().ForEach(one => Send(one, message));
        }
        var heard = Until(() => conversation.HeadA.Pose.Arkit[JawOpen] > 0.02f);
        var mesh = Object.FindAnyObjectByType<SkinnedMeshRenderer>();
        var moved = Until(() => mesh == null || mesh.Weights.Values.Any(weight => weight > 2));
        PlayMode.Stop();
        Console.WriteLine("heard " + heard + " moved " + moved + " drawn " + Graphics.Drawn.Count);
        var viewer = Camera.main.transform.position;
        Console.WriteLine("seen from " + viewer.x + " " + viewer.y + " " + viewer.z);
        PlayMode.Escaped.ForEach(Console.WriteLine);
    }

    private static void Print(Transform at, string indent)
    {
        var names = at.gameObject.Components.Where(one => !(one is Transform)).Select(one => one.GetType().Name);
        Console.WriteLine(indent + at.name + ": " + string.Join(", ", names));
        at.Children.ForEach(child => Print(child, indent + "  "));
    }

    private static void Turn(Transform thing, Vector3 towards)
    {
        var to = towards - thing.position;
        var across = Math.Sqrt(to.x * to.x + to.z * to.z);
        if (across > 0)
        {
            var degrees = new Vector3((float)-Math.Atan2(to.y, across), (float)Math.Atan2(to.x, to.z), 0) * (1 / Mathf.Deg2Rad);
            thing.localRotation = Quaternion.Euler(degrees.x, degrees.y, 0);
        }
    }

    private static bool Until(Func<bool> isSo)
    {
        for (var frame = 0; frame < 6000 && !isSo(); ++frame)
        {
            PlayMode.Frame();
        }
        return isSo();
    }

    private static void Send(MonoBehaviour target, string message)
    {
        target.GetType().GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic)?.Invoke(target, null);
    }
}
