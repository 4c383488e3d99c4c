// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnityEditor;
using UnityEngine;

namespace RsaTalker.Sidecar.Editor
{
    /// <summary>GameObject > RSATalker > Conversation: two heads that face each other, and their conversation.</summary>
    internal static class ConversationMenu
    {
        private const float HeightM = 1.6f; // of the eyes of people who stand
        private const float ApartM = 1.2f; // people who know each other talk at 0.5 to 1.2 m (Hall 1966)
        private const float TurnDegrees = 63; // towards each other, and a little to who looks at them

        /// <summary>Makes the objects below another one, or at the scene's root.</summary>
        internal static Conversation Make(GameObject parent)
        {
            var root = new GameObject("Conversation", typeof(Conversation));
            GameObjectUtility.SetParentAndAlign(root, parent);
            var conversation = root.GetComponent<Conversation>();
            conversation.HeadA = MakeHead(root.transform, "Head A", "mara", -1);
            conversation.HeadB = MakeHead(root.transform, "Head B", "tomas", 1);
            Undo.RegisterCreatedObjectUndo(root, "Create RSATalker Conversation");
            Selection.activeObject = root;
            return conversation;
        }

        [MenuItem("GameObject/RSATalker/Conversation", false, 10)]
        private static void MakeConversation(MenuCommand command)
        {
            Make(command.context as GameObject);
        }

        private static TalkingHead MakeHead(Transform parent, string name, string avatar, int side)
        {
            var head = new GameObject(name, typeof(AudioSource), typeof(TalkingHead));
            head.transform.SetParent(parent, false);
            head.transform.localPosition = new Vector3(side * ApartM / 2, HeightM, 0);
            head.transform.localRotation = Quaternion.Euler(0, 180 + side * TurnDegrees, 0);
            head.GetComponent<AudioSource>().spatialBlend = 1;
            var talking = head.GetComponent<TalkingHead>();
            talking.Avatar = avatar;
            return talking;
        }
    }
}
