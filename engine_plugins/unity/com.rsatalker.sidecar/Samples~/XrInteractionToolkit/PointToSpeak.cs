// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using RsaTalker.Sidecar;
using UnityEngine;
#if RSATALKER_XRI
using UnityEngine.XR.Interaction.Toolkit;
#endif
#if RSATALKER_XRI_3
using UnityEngine.XR.Interaction.Toolkit.Interactables;
#endif

namespace RsaTalker.Samples
{
    /// <summary>
    /// Who is selected by a controller's ray or hand breaks in and says the next of its lines; without lines it hums. Put it
    /// on the object of a TalkingHead. Needs XR Interaction Toolkit 2.3 or newer; without it, a click of the mouse does.
    /// </summary>
    [RequireComponent(typeof(TalkingHead))]
    public sealed class PointToSpeak : MonoBehaviour
    {
        [Tooltip("What it says, one line each time. Load Type: Decompress On Load.")]
        public AudioClip[] Lines = new AudioClip[0];

        private TalkingHead _head;
        private int _next;

        private void Start()
        {
            _head = GetComponent<TalkingHead>();
            var shape = gameObject.AddComponent<SphereCollider>();
            shape.radius = 0.16f;
#if RSATALKER_XRI
            var target = gameObject.AddComponent<XRSimpleInteractable>();
            target.selectEntered.AddListener(selected => SayNext());
#endif
        }

        private void OnMouseDown()
        {
            SayNext();
        }

        private void SayNext()
        {
            if (_head.Conversation != null)
            {
                var line = Lines.Length > 0 ? Lines[_next++ % Lines.Length] : TestVoice.Hum(2);
                _head.Conversation.Speak(_head, line, interrupts: true);
            }
        }
    }
}
