// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;

namespace UnityEngine
{
    /// <summary>
    /// The stub's engine: starts components, runs frames, reloads the domain and stops, in Unity's order. What a component's
    /// message throws is kept: nothing may.
    /// </summary>
    public static class PlayMode
    {
        private const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        private static readonly HashSet<MonoBehaviour> Enabled = new HashSet<MonoBehaviour>();
        private static readonly HashSet<MonoBehaviour> Started = new HashSet<MonoBehaviour>();
        private static readonly Dictionary<(Type, string), MethodInfo> Messages = new Dictionary<(Type, string), MethodInfo>();
        private static readonly List<MonoBehaviour> Order = new List<MonoBehaviour>();
        private static readonly object[] Nothing = new object[0];
        private static readonly Action BeforeRender = Application.BeforeRender;

        private static readonly Dictionary<(MonoBehaviour, string), Action> Ticks =
            new Dictionary<(MonoBehaviour, string), Action>();

        private static readonly Dictionary<MonoBehaviour, Action<float[], int>> Filters =
            new Dictionary<MonoBehaviour, Action<float[], int>>();

        private static readonly Func<long> Allocated = (Func<long>)typeof(GC)
            .GetMethod("GetAllocatedBytesForCurrentThread")?.CreateDelegate(typeof(Func<long>));

        public static readonly List<Exception> Escaped = new List<Exception>();

        /// <summary>What Update, LateUpdate, OnAudioFilterRead and listeners of Application.onBeforeRender have allocated.</summary>
        public static long ScriptBytes { get; private set; }

        public static bool IsPlaying { get; private set; }
        public static bool IsPaused { get; set; }
        public static bool IsFocused { get; private set; } = true;

        /// <summary>Whether frames are run: not in a paused editor, nor without focus unless the player is told to.</summary>
        public static bool IsStopped => IsPaused || (!IsFocused && !Application.runInBackground);

        public static int FrameCount { get; private set; }

        /// <summary>Play is pressed.</summary>
        public static void Start()
        {
            IsPlaying = true;
            AudioSettings.Begin();
            Object.Living.OfType<MonoBehaviour>().ToList().ForEach(Enable);
        }

        /// <summary>One frame of the display, of about a length.</summary>
        public static void Frame(int milliseconds = 11)
        {
            Thread.Sleep(milliseconds);
            AudioSettings.Mix(milliseconds);
            if (IsStopped)
            {
                return;
            }
            ++FrameCount;
            Graphics.Drawn.Clear();
            SendStart();
            SendAll("Update");
            Coroutine.StepAll();
            SendAll("LateUpdate");
            Counted(BeforeRender);
        }

        /// <summary>The window goes behind another one, or comes to the front again.</summary>
        public static void Focus(bool isFocused)
        {
            IsFocused = isFocused;
            Tell("OnApplicationFocus", isFocused);
            if (!Application.runInBackground)
            {
                Tell("OnApplicationPause", !isFocused);
            }
        }

        /// <summary>Play is pressed again.</summary>
        public static void Stop()
        {
            Order.ToList().ForEach(Disable);
            IsPlaying = false;
        }

        /// <summary>Scripts were compiled while playing: each component is made anew from what is serialized of it.</summary>
        public static void ReloadDomain()
        {
            var before = Order.ToList();
            before.ForEach(Disable);
            var anew = before.ToDictionary(one => (Object)one, Remade);
            foreach (var pair in anew)
            {
                CopySerialized(pair.Key, pair.Value, anew);
            }
            anew.Values.OfType<MonoBehaviour>().ToList().ForEach(Enable);
        }

        // In the editor, too, before Play is pressed: what is added is told to reset itself.
        internal static void Added(Component component)
        {
            if (component is MonoBehaviour behaviour && IsPlaying)
            {
                Enable(behaviour);
            }
            else if (component is MonoBehaviour added)
            {
                Send(added, "Reset", Nothing);
            }
        }

        internal static void Changed(Behaviour behaviour)
        {
            if (IsPlaying && behaviour is MonoBehaviour script)
            {
                (behaviour.isActiveAndEnabled ? (Action<MonoBehaviour>)Enable : Disable)(script);
            }
        }

        internal static void Destroyed(MonoBehaviour behaviour)
        {
            Disable(behaviour);
            Send(behaviour, "OnDestroy", Nothing);
        }

        internal static object Send(MonoBehaviour target, string message, object[] arguments)
        {
            var key = (target.GetType(), message);
            if (!Messages.TryGetValue(key, out var method))
            {
                Messages[key] = method = target.GetType().GetMethod(message, Own);
            }
            try
            {
                return method?.Invoke(target, arguments);
            }
            catch (TargetInvocationException failure)
            {
                Escaped.Add(failure.InnerException);
                return null;
            }
        }

        /// <summary>Sends a sound through a component, if it is a filter.</summary>
        internal static void Filter(MonoBehaviour target, float[] data)
        {
            if (!Filters.TryGetValue(target, out var filter))
            {
                var method = target.GetType().GetMethod("OnAudioFilterRead", Own);
                Filters[target] = filter = (Action<float[], int>)method?.CreateDelegate(typeof(Action<float[], int>), target);
            }
            var before = Allocated();
            try
            {
                filter?.Invoke(data, 2);
            }
            catch (Exception failure)
            {
                Escaped.Add(failure);
            }
            ScriptBytes += Allocated() - before;
        }

        private static void Tell(string message, bool value)
        {
            Order.ToList().ForEach(one => Send(one, message, new object[] { value }));
        }

        // Once, before the first Update of a component; one that returns an enumerator is a coroutine.
        private static void SendStart()
        {
            for (var index = 0; index < Order.Count; ++index)
            {
                if (Started.Add(Order[index]) && Send(Order[index], "Start", Nothing) is IEnumerator steps)
                {
                    Order[index].StartCoroutine(steps);
                }
            }
        }

        private static void SendAll(string message)
        {
            for (var index = 0; index < Order.Count; ++index)
            {
                Tick(Order[index], message);
            }
        }

        private static void Tick(MonoBehaviour target, string message)
        {
            if (!Ticks.TryGetValue((target, message), out var tick))
            {
                var method = target.GetType().GetMethod(message, Own);
                Ticks[(target, message)] = tick = (Action)method?.CreateDelegate(typeof(Action), target);
            }
            Counted(tick);
        }

        private static void Counted(Action step)
        {
            var before = Allocated();
            try
            {
                step?.Invoke();
            }
            catch (Exception failure)
            {
                Escaped.Add(failure);
            }
            ScriptBytes += Allocated() - before;
        }

        private static void Enable(MonoBehaviour behaviour)
        {
            if (behaviour.isActiveAndEnabled && Enabled.Add(behaviour))
            {
                var place = Order.FindIndex(other => OrderOf(other) > OrderOf(behaviour));
                Order.Insert(place < 0 ? Order.Count : place, behaviour);
                Send(behaviour, "Awake", Nothing);
                Send(behaviour, "OnEnable", Nothing);
            }
        }

        private static void Disable(MonoBehaviour behaviour)
        {
            if (Enabled.Remove(behaviour))
            {
                Order.Remove(behaviour);
                Send(behaviour, "OnDisable", Nothing);
                Filters.Remove(behaviour);
                Ticks.Remove((behaviour, "Update"));
                Ticks.Remove((behaviour, "LateUpdate"));
            }
        }

        private static int OrderOf(MonoBehaviour behaviour)
        {
            return behaviour.GetType().GetCustomAttribute<DefaultExecutionOrder>()?.Order ?? 0;
        }

        private static Object Remade(Object old)
        {
            var component = (Component)old;
            var anew = (Component)Activator.CreateInstance(old.GetType());
            anew.gameObject = component.gameObject;
            component.gameObject.Components[component.gameObject.Components.IndexOf(component)] = anew;
            Object.Living.Remove(old);
            return anew;
        }

        private static void CopySerialized(Object from, Object to, Dictionary<Object, Object> anew)
        {
            foreach (var field in from.GetType().GetFields(Own).Where(IsSerialized))
            {
                var value = field.GetValue(from);
                field.SetValue(to, value is Object old && anew.TryGetValue(old, out var other) ? other : value);
            }
        }

        private static bool IsSerialized(FieldInfo field)
        {
            var isShown = field.IsPublic || field.IsDefined(typeof(SerializeField), false);
            return isShown && !field.IsInitOnly && !field.IsDefined(typeof(NonSerializedAttribute), false);
        }
    }

    public static class Application
    {
        public static event Action onBeforeRender;

        public static string unityVersion => "2022.3.0f1";
        public static bool isPlaying => PlayMode.IsPlaying;
        public static bool runInBackground { get; set; }

        /// <summary>Of the stub: how many listen; what a test counts to find leaks.</summary>
        public static int Listeners => onBeforeRender?.GetInvocationList().Length ?? 0;

        internal static void BeforeRender() => onBeforeRender?.Invoke();
    }
}
