// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections;
using System.Collections.Generic;

namespace UnityEngine
{
    public sealed class WaitUntil
    {
        internal readonly Func<bool> IsSo;

        public WaitUntil(Func<bool> predicate)
        {
            IsSo = predicate;
        }
    }

    public sealed class WaitForSeconds
    {
        internal readonly float Seconds;

        public WaitForSeconds(float seconds)
        {
            Seconds = seconds;
        }
    }

    /// <summary>Something that goes on a step each frame, behind Update, as long as its component is there.</summary>
    public sealed class Coroutine
    {
        private static readonly List<Coroutine> Running = new List<Coroutine>();

        private readonly MonoBehaviour _owner;
        private readonly IEnumerator _steps;
        private Func<bool> _mayGoOn = () => true;

        internal Coroutine(MonoBehaviour owner, IEnumerator steps)
        {
            _owner = owner;
            _steps = steps;
            Running.Add(this);
            Step();
        }

        internal static void StepAll()
        {
            foreach (var routine in Running.ToArray())
            {
                routine.Step();
            }
        }

        private void Step()
        {
            if (_owner == null)
            {
                Running.Remove(this);
            }
            else if (_mayGoOn() && !_steps.MoveNext())
            {
                Running.Remove(this);
            }
            else
            {
                _mayGoOn = Condition(_steps.Current);
            }
        }

        private static Func<bool> Condition(object waitsFor)
        {
            if (waitsFor is WaitUntil until)
            {
                return until.IsSo;
            }
            var endsAt = Environment.TickCount + (waitsFor is WaitForSeconds wait ? (int)(1000 * wait.Seconds) : 0);
            return () => Environment.TickCount - endsAt >= 0;
        }
    }
}
