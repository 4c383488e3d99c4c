// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Linq;
#if XRI_3
using UnityEngine.XR.Interaction.Toolkit.Interactables;
#endif

namespace UnityEngine.Events
{
    public delegate void UnityAction<T>(T argument);

    public class UnityEvent<T>
    {
        private readonly List<UnityAction<T>> _calls = new List<UnityAction<T>>();

        public void AddListener(UnityAction<T> call) => _calls.Add(call);

        public void Invoke(T argument) => _calls.ForEach(call => call(argument));
    }
}

namespace UnityEngine.XR.Interaction.Toolkit
{
    public class SelectEnterEventArgs
    {
    }

    public sealed class SelectEnterEvent : Events.UnityEvent<SelectEnterEventArgs>
    {
    }

    /// <summary>Of the stub: a controller whose ray selects the nearest target that it meets when its grip is pulled.</summary>
    public sealed class RayController : MonoBehaviour
    {
        private void PullGrip()
        {
            var (from, along) = (transform.position, transform.forward);
            var hit = Object.FindObjectsByType<XRSimpleInteractable>(FindObjectsSortMode.None)
                .Select(target => (target, distance: target.DistanceAlong(from, along)))
                .Where(one => one.distance < float.PositiveInfinity)
                .OrderBy(one => one.distance)
                .FirstOrDefault();
            if (hit.target != null)
            {
                hit.target.selectEntered.Invoke(new SelectEnterEventArgs());
            }
        }
    }
}

#if XRI_3
namespace UnityEngine.XR.Interaction.Toolkit.Interactables // where versions 3 have it
#else
namespace UnityEngine.XR.Interaction.Toolkit
#endif
{
    /// <summary>Can be hit where a collider of its object is that was there before it awoke.</summary>
    public class XRSimpleInteractable : MonoBehaviour
    {
        public SelectEnterEvent selectEntered { get; } = new SelectEnterEvent();

        private SphereCollider[] _colliders = new SphereCollider[0];

        private void Awake() => _colliders = gameObject.Components.OfType<SphereCollider>().ToArray();

        /// <summary>Of the stub: to the first collider along a ray; infinite: it meets none.</summary>
        internal float DistanceAlong(Vector3 from, Vector3 along)
        {
            var to = transform.position - from;
            var middle = Vector3.Dot(to, along);
            var asideSquared = Vector3.Dot(to, to) - middle * middle;
            var met = _colliders.Where(one => middle > 0 && asideSquared < one.radius * one.radius);
            return met.Select(one => middle - (float)Math.Sqrt(one.radius * one.radius - asideSquared))
                .DefaultIfEmpty(float.PositiveInfinity)
                .Min();
        }
    }
}
