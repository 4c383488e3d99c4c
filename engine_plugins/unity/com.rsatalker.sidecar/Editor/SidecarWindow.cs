// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Protocol;
using UnityEditor;
using UnityEngine;

namespace RsaTalker.Sidecar.Editor
{
    /// <summary>Window > RSATalker: whether there is a sidecar and why not, how the conversation is doing, who is on the LAN.</summary>
    internal sealed class SidecarWindow : EditorWindow
    {
        private const string ProgramKey = "RSATalker.Program";
        private const double LookEveryS = 2;

        private double _lookedS;
        private string _startSentence = "";

        [MenuItem("Window/RSATalker")]
        public static void Open()
        {
            GetWindow<SidecarWindow>("RSATalker");
        }

        private void OnInspectorUpdate() // ten times a second
        {
            if (EditorApplication.timeSinceStartup - _lookedS > LookEveryS)
            {
                _lookedS = EditorApplication.timeSinceStartup;
                SidecarProbe.Shared.Look();
            }
            Repaint();
        }

        private void OnGUI()
        {
            var probe = SidecarProbe.Shared;
            EditorGUILayout.LabelField("Sidecar", EditorStyles.boldLabel);
            EditorGUILayout.HelpBox(probe.Sentence, probe.Info != null ? MessageType.Info : MessageType.Warning);
            if (probe.Info == null)
            {
                ShowStart();
            }
            EditorGUILayout.LabelField("Avatars", string.Join(", ", probe.AvatarNames));
            ShowConversation();
            ShowLan(probe);
        }

        private void ShowStart()
        {
            var program = EditorGUILayout.TextField("Program", EditorPrefs.GetString(ProgramKey, SidecarProgram.DefaultName));
            EditorPrefs.SetString(ProgramKey, program);
            if (GUILayout.Button("Start sidecar"))
            {
                _startSentence = SidecarProgram.Start(program);
            }
            if (_startSentence.Length > 0)
            {
                EditorGUILayout.HelpBox(_startSentence, MessageType.Info);
            }
        }

        private void ShowConversation()
        {
            var conversation = Application.isPlaying ? FindAnyObjectByType<Conversation>() : null;
            if (conversation == null)
            {
                return;
            }
            conversation.WantsHealth = true;
            EditorGUILayout.LabelField("Conversation", EditorStyles.boldLabel);
            EditorGUILayout.LabelField("State", conversation.State.ToString());
            if (conversation.Sentence.Length > 0)
            {
                EditorGUILayout.HelpBox(conversation.Sentence, MessageType.Warning);
            }
            EditorGUILayout.LabelField("Frames a second", conversation.FramesPerSecond.ToString("0"));
            EditorGUILayout.LabelField("Latency", conversation.LatencyMs.ToString("0 ms"));
            var health = conversation.Health;
            if (health != null)
            {
                EditorGUILayout.LabelField("Skew (above 0: face late)", health.SkewMs.ToString("0 ms"));
                EditorGUILayout.LabelField("Sidecar's turn, p95", health.TickMs.ToString("0.0 ms"));
                if (health.Warning.Length > 0)
                {
                    EditorGUILayout.HelpBox(health.Warning, MessageType.Warning);
                }
            }
        }

        private void ShowLan(SidecarProbe probe)
        {
            EditorGUILayout.LabelField("On the LAN", EditorStyles.boldLabel);
            if (GUILayout.Button("Look for sidecars on the LAN"))
            {
                probe.Browse();
            }
            foreach (var sidecar in probe.OnLan)
            {
                ShowOne(probe, sidecar);
            }
        }

        private static void ShowOne(SidecarProbe probe, FoundSidecar sidecar)
        {
            EditorGUILayout.LabelField(sidecar.Name, sidecar.HttpAddress);
            probe.Shown.TryGetValue(sidecar.HttpAddress, out var shown);
            if (string.IsNullOrEmpty(shown))
            {
                EditorGUILayout.HelpBox("It was started with --insecure-lan; this plugin speaks TLS only.", MessageType.Info);
                return;
            }
            EditorGUILayout.SelectableLabel(Sentences.InPairs(shown));
            if (GUILayout.Button("Trust this fingerprint and use it"))
            {
                KnownSidecars.Trust(sidecar.HttpAddress, shown);
                foreach (var conversation in FindObjectsByType<Conversation>(FindObjectsSortMode.None))
                {
                    Undo.RecordObject(conversation, "Use sidecar on the LAN");
                    conversation.LookAt(SidecarPlace.Automatic, sidecar.HttpAddress, conversation.Token);
                    EditorUtility.SetDirty(conversation);
                }
            }
        }
    }
}
