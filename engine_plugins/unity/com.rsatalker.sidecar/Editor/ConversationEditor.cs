// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEditor;
using UnityEngine;

namespace RsaTalker.Sidecar.Editor
{
    /// <summary>The inspector of a conversation: its state and sentence above its properties.</summary>
    [CustomEditor(typeof(Conversation))]
    internal sealed class ConversationEditor : UnityEditor.Editor
    {
        public override void OnInspectorGUI()
        {
            var conversation = (Conversation)target;
            if (Application.isPlaying)
            {
                EditorGUILayout.HelpBox(
                    conversation.State + (conversation.Sentence.Length > 0 ? ": " + conversation.Sentence : ""),
                    TypeOf(conversation));
            }
            serializedObject.Update();
            foreach (var property in new[]
            {
                "_headA", "_headB", "_kinship", "_status", "_senior", "_relationshipStrength", "_viewer", "_sendsLight",
                "_keyLight", "_frameSizePx", "_stereo", "_avOffsetMs", "_audioDelayMs", "_seed", "_place", "_address",
            })
            {
                var isSenior = property == "_senior";
                if (!isSenior || conversation.Status == SocialStatus.Unequal)
                {
                    EditorGUILayout.PropertyField(serializedObject.FindProperty(property));
                }
            }
            serializedObject.ApplyModifiedProperties();
            if (GUILayout.Button("Open RSATalker window"))
            {
                SidecarWindow.Open();
            }
        }

        public override bool RequiresConstantRepaint()
        {
            return Application.isPlaying;
        }

        private static MessageType TypeOf(Conversation conversation)
        {
            switch (conversation.State)
            {
                case SessionState.Live:
                    return conversation.Sentence.Length == 0 ? MessageType.Info : MessageType.Warning;
                case SessionState.Refused:
                    return MessageType.Error;
                default:
                    return MessageType.Warning;
            }
        }
    }
}
