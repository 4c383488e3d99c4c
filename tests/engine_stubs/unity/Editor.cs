// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Linq;
using System.Reflection;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEngine
{
    public sealed class GUILayoutOption
    {
    }

    public sealed class GUIStyle
    {
    }

    public static class GUILayout
    {
        /// <summary>Of the stub: the button that is pressed in this drawing.</summary>
        public static string Pressed = "";

        public static bool Button(string text, params GUILayoutOption[] options) => text == Pressed;
    }
}

namespace UnityEditor
{
    public enum MessageType
    {
        None,
        Info,
        Warning,
        Error,
    }

    public sealed class MenuItem : Attribute
    {
        public readonly string Path;

        public MenuItem(string path)
        {
            Path = path;
        }

        public MenuItem(string path, bool isValidateFunction, int priority)
            : this(path)
        {
        }
    }

    public sealed class CustomEditor : Attribute
    {
        public CustomEditor(Type type)
        {
        }
    }

    public sealed class MenuCommand
    {
        public Object context { get; set; }
    }

    public sealed class SerializedProperty
    {
        public string stringValue { get; set; } = "";
    }

    public sealed class SerializedObject
    {
        private readonly Object _target;

        public SerializedObject(Object target)
        {
            _target = target;
        }

        public void Update()
        {
        }

        public bool ApplyModifiedProperties() => false;

        /// <summary>Finds a serialized field of the object, as Unity does; null: there is none.</summary>
        public SerializedProperty FindProperty(string name)
        {
            var field = _target.GetType().GetField(
                name, BindingFlags.Instance | BindingFlags.NonPublic);
            var isThere = field != null && field.IsDefined(typeof(SerializeField), false);
            return isThere ? new SerializedProperty { stringValue = field.GetValue(_target) as string ?? "" } : null;
        }
    }

    public class Editor : ScriptableObject
    {
        public Object target { get; set; }
        public SerializedObject serializedObject => new SerializedObject(target);

        public virtual void OnInspectorGUI()
        {
        }

        public virtual bool RequiresConstantRepaint() => false;
    }

    public class EditorWindow : ScriptableObject
    {
        public static T GetWindow<T>(string title)
            where T : EditorWindow, new() => new T();

        public void Repaint()
        {
        }
    }

    public static class EditorStyles
    {
        public static GUIStyle boldLabel { get; } = new GUIStyle();
    }

    public static class EditorGUILayout
    {
        /// <summary>Of the stub: what was shown.</summary>
        public static readonly System.Collections.Generic.List<string> Shown = new System.Collections.Generic.List<string>();

        public static void LabelField(string label, GUIStyle style, params GUILayoutOption[] options) => Shown.Add(label);

        public static void LabelField(string label, string text, params GUILayoutOption[] options) =>
            Shown.Add(label + ": " + text);

        public static void HelpBox(string message, MessageType type) => Shown.Add(type + ": " + message);

        public static void SelectableLabel(string text, params GUILayoutOption[] options) => Shown.Add(text);

        public static string TextField(string label, string text, params GUILayoutOption[] options) => text;

        public static int Popup(string label, int selected, string[] choices, params GUILayoutOption[] options) => selected;

        public static bool PropertyField(SerializedProperty property, params GUILayoutOption[] options)
        {
            Shown.Add(property != null ? "property" : throw new NullReferenceException("no such property"));
            return false;
        }
    }

    public static class EditorPrefs
    {
        private static readonly System.Collections.Generic.Dictionary<string, string> Values =
            new System.Collections.Generic.Dictionary<string, string>();

        public static string GetString(string key, string other) => Values.TryGetValue(key, out var value) ? value : other;

        public static void SetString(string key, string value) => Values[key] = value;
    }

    public static class EditorApplication
    {
        public static double timeSinceStartup => Environment.TickCount / 1000.0;

        /// <summary>Does what an entry of a loaded assembly does; false: there is no such entry.</summary>
        public static bool ExecuteMenuItem(string path)
        {
            const BindingFlags any = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
            var entry = AppDomain.CurrentDomain.GetAssemblies()
                .SelectMany(assembly => assembly.GetTypes())
                .SelectMany(type => type.GetMethods(any))
                .FirstOrDefault(method => method.GetCustomAttribute<MenuItem>()?.Path == path);
            entry?.Invoke(null, null);
            return entry != null;
        }
    }

    public static class EditorUtility
    {
        public static void SetDirty(Object target)
        {
        }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;

        public static void Reload() => beforeAssemblyReload?.Invoke();
    }

    public static class Undo
    {
        public static void RegisterCreatedObjectUndo(Object created, string name)
        {
        }

        public static void RecordObject(Object changed, string name)
        {
        }
    }

    public static class Selection
    {
        public static Object activeObject { get; set; }
    }

    public static class GameObjectUtility
    {
        public static void SetParentAndAlign(GameObject child, GameObject parent)
        {
            if (parent != null)
            {
                child.transform.SetParent(parent.transform, false);
            }
        }
    }
}
