// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnityEditor;
using UnityEngine;

namespace RsaTalker.Sidecar.Editor
{
    /// <summary>The inspector of a head: its avatar from the sidecar's list, if one has been found.</summary>
    [CustomEditor(typeof(TalkingHead))]
    internal sealed class TalkingHeadEditor : UnityEditor.Editor
    {
        public override void OnInspectorGUI()
        {
            if (((TalkingHead)target).Refusal.Length > 0)
            {
                EditorGUILayout.HelpBox(((TalkingHead)target).Refusal, MessageType.Error);
            }
            serializedObject.Update();
            var avatar = serializedObject.FindProperty("_avatar");
            EditorGUILayout.PropertyField(avatar);
            var names = SidecarProbe.Shared.AvatarNames;
            if (names.Length > 0)
            {
                var chosen = EditorGUILayout.Popup("Sidecar's avatars", System.Array.IndexOf(names, avatar.stringValue), names);
                avatar.stringValue = chosen >= 0 ? names[chosen] : avatar.stringValue;
            }
            foreach (var property in new[] { "_mood", "_moodStrength", "_jawStrength", "_lipStrength", "_showsHead" })
            {
                EditorGUILayout.PropertyField(serializedObject.FindProperty(property));
            }
            serializedObject.ApplyModifiedProperties();
            if (GUILayout.Button("Look for the sidecar's avatars"))
            {
                SidecarProbe.Shared.Look();
            }
        }
    }
}
