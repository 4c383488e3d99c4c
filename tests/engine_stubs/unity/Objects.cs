// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Linq;

namespace UnityEngine
{
    [Flags]
    public enum HideFlags
    {
        None = 0,
        HideInHierarchy = 1,
        HideInInspector = 2,
        HideAndDontSave = 61,
    }

    public enum FindObjectsSortMode
    {
        None = 0,
        InstanceID = 1,
    }

    public class MissingReferenceException : SystemException
    {
        public MissingReferenceException(string message)
            : base(message)
        {
        }
    }

    /// <summary>Compares equal to null once it was destroyed, as Unity's objects do.</summary>
    public class Object
    {
        /// <summary>Of the stub: how many objects live, by type; what a test counts to find leaks.</summary>
        public static readonly List<Object> Living = new List<Object>();

        private bool _isDestroyed;

        public virtual string name { get; set; } = "";
        public HideFlags hideFlags { get; set; }

        public Object()
        {
            Living.Add(this);
        }

        public static void Destroy(Object target)
        {
            if (target != null)
            {
                target.OnDestroyed();
                target._isDestroyed = true;
                Living.Remove(target);
            }
        }

        public static void DestroyImmediate(Object target) => Destroy(target);

        public static T FindAnyObjectByType<T>()
            where T : Object => Living.OfType<T>().FirstOrDefault();

        public static T[] FindObjectsByType<T>(FindObjectsSortMode sortMode)
            where T : Object => Living.OfType<T>().ToArray();

        public static bool operator ==(Object a, Object b) => IsNull(a) ? IsNull(b) : ReferenceEquals(a, b);

        public static bool operator !=(Object a, Object b) => !(a == b);

        public override bool Equals(object other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        protected virtual void OnDestroyed()
        {
        }

        /// <summary>Of the stub: what Unity's own part of an object refuses to do for one that was destroyed.</summary>
        protected void DemandAlive()
        {
            if (_isDestroyed)
            {
                throw new MissingReferenceException("The object of type '" + GetType().Name + "' has been destroyed.");
            }
        }

        private static bool IsNull(Object target) => target is null || target._isDestroyed;
    }

    public class ScriptableObject : Object
    {
    }

    public class Component : Object
    {
        private GameObject _gameObject;

        public GameObject gameObject
        {
            get
            {
                DemandAlive();
                return _gameObject;
            }
            internal set => _gameObject = value;
        }

        public override string name
        {
            get => gameObject.name;
            set => gameObject.name = value;
        }

        public Transform transform => gameObject.transform;

        public T GetComponent<T>()
            where T : class => gameObject.GetComponent<T>();

        public T GetComponentInParent<T>()
            where T : class
        {
            for (var at = transform; at != null; at = at.parent)
            {
                if (at.GetComponent<T>() is T found)
                {
                    return found;
                }
            }
            return null;
        }
    }

    public class Transform : Component
    {
        public Transform parent { get; private set; }
        public Transform root => parent == null ? this : parent.root;
        /// <summary>Of the stub: in the order in which they were put there.</summary>
        public readonly List<Transform> Children = new List<Transform>();

        public Vector3 localPosition { get; set; }
        public Quaternion localRotation { get; set; } = Quaternion.identity;

        public Vector3 position
        {
            get => parent == null ? localPosition : parent.position + parent.rotation * localPosition;
            set => localPosition = value; // of objects without a parent, which the stub's scenes alone have
        }

        public Quaternion rotation
        {
            get => parent == null ? localRotation : parent.rotation * localRotation;
            set => localRotation = value;
        }

        public Vector3 localScale { get; set; } = Vector3.one;

        public void SetPositionAndRotation(Vector3 position, Quaternion rotation) =>
            (localPosition, localRotation) = (position, rotation);

        public Vector3 forward => rotation * Vector3.forward;

        public Transform Find(string child) => Children.Find(one => one != null && one.name == child);

        public void SetParent(Transform other, bool worldPositionStays)
        {
            parent?.Children.Remove(this);
            other.Children.Add(this);
            parent = other;
        }
    }

    public class Behaviour : Component
    {
        private bool _enabled = true;

        public bool enabled
        {
            get => _enabled;
            set
            {
                if (_enabled != value)
                {
                    _enabled = value;
                    PlayMode.Changed(this);
                }
            }
        }

        public bool isActiveAndEnabled => _enabled && gameObject.activeSelf;
    }

    public class MonoBehaviour : Behaviour
    {
        public Coroutine StartCoroutine(System.Collections.IEnumerator routine) => new Coroutine(this, routine);

        protected override void OnDestroyed() => PlayMode.Destroyed(this);
    }

    public sealed class GameObject : Object
    {
        public readonly List<Component> Components = new List<Component>();

        public Transform transform { get; }
        public int layer { get; set; }
        public bool activeSelf { get; private set; } = true;

        public static GameObject CreatePrimitive(PrimitiveType type) => new GameObject(type.ToString(), typeof(MeshRenderer));

        public void SetActive(bool value)
        {
            activeSelf = value;
            Components.OfType<Behaviour>().ToList().ForEach(PlayMode.Changed);
        }

        public GameObject(string name, params Type[] components)
        {
            this.name = name;
            transform = AddComponent<Transform>();
            foreach (var type in components)
            {
                Add(type);
            }
        }

        public T AddComponent<T>()
            where T : Component => (T)Add(typeof(T));

        public T GetComponent<T>()
            where T : class => Components.OfType<T>().FirstOrDefault();

        private Component Add(Type type)
        {
            foreach (RequireComponent demand in type.GetCustomAttributes(typeof(RequireComponent), true))
            {
                if (!Components.Any(demand.Type.IsInstanceOfType))
                {
                    Add(demand.Type);
                }
            }
            var component = (Component)Activator.CreateInstance(type);
            component.gameObject = this;
            Components.Add(component);
            PlayMode.Added(component);
            return component;
        }

        protected override void OnDestroyed()
        {
            transform.Children.Select(child => child.gameObject).ToList().ForEach(Destroy);
            Components.ToList().ForEach(Destroy);
        }
    }
}
