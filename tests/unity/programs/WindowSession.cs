// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Linq;
using System.Reflection;
using System.Threading;
using RsaTalker.Sidecar;
using UnityEditor;
using UnityEngine;

/// <summary>
/// Starts a sidecar by the button of the window, or trusts the one that it finds on the LAN; plays a conversation with it,
/// and prints what the window shows then: WindowSession EDITOR_ASSEMBLY PROGRAM, or "lan" instead of a program. Ends
/// without stopping the sidecar, as an editor does.
/// </summary>
internal static class WindowSession
{
    private const BindingFlags Any =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static object _window;

    private static void Main(string[] arguments)
    {
        var assembly = Assembly.LoadFrom(arguments[0]);
        _window = Activator.CreateInstance(assembly.GetType("RsaTalker.Sidecar.Editor.SidecarWindow"));
        var menu = assembly.GetTypes().SelectMany(type => type.GetMethods(Any))
            .Single(method => method.GetCustomAttribute<MenuItem>()?.Path == "GameObject/RSATalker/Conversation");
        menu.Invoke(null, new object[] { new MenuCommand() });
        var conversation = ((GameObject)Selection.activeObject).GetComponent<Conversation>();
        (conversation.HeadA.Avatar, conversation.HeadB.Avatar) = ("ann", "bob");
        Until(() => Shows("Warning: No sidecar is running"), () => Thread.Sleep(20));
        if (arguments[1] == "lan")
        {
            Trust();
        }
        else
        {
            StartProgram(arguments[1]);
        }
        conversation.FrameSizePx = 32;
        PlayMode.Start();
        Until(() => conversation.IsLive, () => PlayMode.Frame());
        var said = conversation.Speak(conversation.HeadA, TestVoice.Hum(60));
        Until(() => said.State.ToString() == "Playing", () => PlayMode.Frame());
        var frames = 0; // in a second and a half all means are there
        Until(() => ++frames > 120 && Shows("Skew"), () => PlayMode.Frame());
        EditorGUILayout.Shown.ForEach(Console.WriteLine);
        PlayMode.Stop();
        PlayMode.Escaped.ForEach(Console.Error.WriteLine);
    }

    private static void StartProgram(string program)
    {
        EditorPrefs.SetString("RSATalker.Program", program);
        Press("Start sidecar");
        Draw();
        Console.WriteLine(EditorGUILayout.Shown.Single(shown => shown.StartsWith("Info: ", StringComparison.Ordinal)));
        Until(() => Shows("Info: Sidecar "), () => Thread.Sleep(20));
    }

    private static void Trust()
    {
        Press("Look for sidecars on the LAN");
        var lines = EditorGUILayout.Shown.Count;
        Until(() => Shows("") && EditorGUILayout.Shown.Count > lines, () => Thread.Sleep(20));
        EditorGUILayout.Shown.Skip(lines).ToList().ForEach(Console.WriteLine);
        Press("Trust this fingerprint and use it");
    }

    private static void Press(string button)
    {
        GUILayout.Pressed = button;
        Draw();
        GUILayout.Pressed = "";
    }

    private static bool Shows(string beginning)
    {
        Draw();
        return EditorGUILayout.Shown.Any(shown => shown.StartsWith(beginning, StringComparison.Ordinal));
    }

    private static void Draw()
    {
        EditorGUILayout.Shown.Clear();
        Send("OnInspectorUpdate");
        Send("OnGUI");
    }

    private static void Until(Func<bool> isSo, Action wait)
    {
        for (var turn = 0; turn < 3000 && !isSo(); ++turn)
        {
            wait();
        }
    }

    private static void Send(string message)
    {
        _window.GetType().GetMethod(message, Any).Invoke(_window, null);
    }
}
