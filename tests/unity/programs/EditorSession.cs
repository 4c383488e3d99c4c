// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Linq;
using System.Reflection;
using System.Threading;
using RsaTalker.Sidecar;
using UnityEditor;
using UnityEngine;

/// <summary>Uses the package's part of the editor: the menu, both inspectors, the window; prints what is shown.</summary>
internal static class EditorSession
{
    private const BindingFlags Any =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static void Main(string[] arguments)
    {
        var assembly = Assembly.LoadFrom(arguments[0]);
        var menu = assembly.GetTypes().SelectMany(type => type.GetMethods(Any))
            .Single(method => method.GetCustomAttribute<MenuItem>()?.Path == "GameObject/RSATalker/Conversation");
        menu.Invoke(null, new object[] { new MenuCommand() });
        var conversation = ((GameObject)Selection.activeObject).GetComponent<Conversation>();
        foreach (var head in new[] { conversation.HeadA, conversation.HeadB })
        {
            Console.WriteLine(head.name + " " + head.Avatar + " at " + head.transform.position);
        }
        PlayMode.Escaped.ForEach(Console.Error.WriteLine);
        Inspect(assembly, "ConversationEditor", conversation);
        Inspect(assembly, "TalkingHeadEditor", conversation.HeadA);
        var window = Activator.CreateInstance(assembly.GetType("RsaTalker.Sidecar.Editor.SidecarWindow"));
        for (var turn = 0; turn < 300; ++turn)
        {
            EditorGUILayout.Shown.Clear();
            Send(window, "OnInspectorUpdate");
            Send(window, "OnGUI");
            if (EditorGUILayout.Shown.Any(shown => shown.StartsWith(arguments[1], StringComparison.Ordinal)))
            {
                break;
            }
            Thread.Sleep(20);
        }
        EditorGUILayout.Shown.ForEach(Console.WriteLine);
        GUILayout.Pressed = "Start sidecar";
        EditorPrefs.SetString("RSATalker.Program", "no-such-program");
        Send(window, "OnGUI");
        Console.WriteLine(EditorGUILayout.Shown.FirstOrDefault(shown => shown.Contains("no-such-program")) ?? "");
    }

    private static void Inspect(Assembly assembly, string name, UnityEngine.Object target)
    {
        var editor = (UnityEditor.Editor)Activator.CreateInstance(assembly.GetType("RsaTalker.Sidecar.Editor." + name));
        editor.target = target;
        EditorGUILayout.Shown.Clear();
        editor.OnInspectorGUI();
        Console.WriteLine(name + " " + EditorGUILayout.Shown.Count(shown => shown == "property"));
    }

    private static void Send(object target, string message)
    {
        target.GetType().GetMethod(message, Any).Invoke(target, null);
    }
}
