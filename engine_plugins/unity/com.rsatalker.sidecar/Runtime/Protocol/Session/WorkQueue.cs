// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>What a session's thread is to do, in its order. Any thread; Next is the session's.</summary>
    internal sealed class WorkQueue
    {
        private readonly object _gate = new object();
        private readonly Queue<SidecarWork> _work = new Queue<SidecarWork>();

        /// <summary>Adds something behind all that waits.</summary>
        public void Add(SidecarWork work)
        {
            lock (_gate)
            {
                _work.Enqueue(work);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Ends a wait in Next: what `mayWait` looks at has changed.</summary>
        public void Wake()
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Returns what is next; null: nothing has come, or what was waited for is over.</summary>
        public SidecarWork Next(int waitMs, Func<bool> mayWait)
        {
            lock (_gate)
            {
                if (_work.Count == 0 && mayWait())
                {
                    Monitor.Wait(_gate, waitMs);
                }
                return _work.Count > 0 ? _work.Dequeue() : null;
            }
        }

        /// <summary>Lets everything that waits fail.</summary>
        public void Fail(string sentence)
        {
            lock (_gate)
            {
                while (_work.Count > 0)
                {
                    _work.Dequeue().Utterance?.Fail(sentence);
                }
            }
        }
    }
}
