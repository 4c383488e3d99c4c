// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar.Editor;
using RsaTalker.Sidecar.Protocol;
using UnityEditor;
using UnityEngine;

namespace RsaTalker.Samples
{
    /// <summary>Opens a new scene with a table, two heads beside it, and what they say.</summary>
    internal static class TwoHeadsAtATableScene
    {
        [MenuItem("GameObject/RSATalker/Sample Scene/Two heads at a table", false, 11)]
        private static void Open()
        {
            var conversation = SampleScene.New();
            if (conversation == null)
            {
                return;
            }
            var table = GameObject.CreatePrimitive(PrimitiveType.Cube);
            table.name = "Table";
            table.transform.position = new Vector3(0, 1, 0.2f);
            table.transform.localScale = new Vector3(1.4f, 0.05f, 0.8f);
            conversation.SetRelationship(Kinship.NonBlood, SocialStatus.Unequal, Senior.A);
            var talk = new GameObject("Talk", typeof(TwoHeadsAtATable)).GetComponent<TwoHeadsAtATable>();
            talk.Conversation = conversation;
        }
    }
}
