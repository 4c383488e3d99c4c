// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// One conversation for as long as its component is enabled: finds a sidecar, makes the conversation, keeps its lease,
    /// carries calls out in their order, and begins again when the sidecar went away. Everything that may block is on a
    /// thread of its own; Poll is the main thread's.
    /// </summary>
    public sealed class SidecarSession : IDisposable
    {
        private const int LookEveryMs = 500;
        private const int AskAgainMs = 2000; // after a refusal
        private const int JoinMs = 1000; // longest wait for the thread when Play mode stops
        private const int HealthEveryMs = 1000;
        private const long DoubtEveryNs = 1000000000;
        private const int DoubtMs = 5000; // longest wait for a word of a sidecar that has fallen silent

        private readonly WorkQueue _work = new WorkQueue();
        private readonly CancellationTokenSource _stop = new CancellationTokenSource();
        private readonly SidecarFinder _finder;
        private readonly ConversationSetup _setup;
        private readonly object _setupGate = new object();
        private readonly string _clientName;
        private readonly Thread _thread;
        private ConversationLink _opened; // made, and not yet taken by the main thread
        private volatile string _sentence = Sentences.Searching;
        private volatile SidecarInfo _info;
        private volatile ConversationHealth _health;
        private volatile string[] _refusals = { "", "" };
        private volatile ConversationLink _lost; // the main thread found it lost
        private volatile ConversationLink _ended; // this one closed it
        private volatile bool _wantsHealth;
        private volatile bool _isDoubtful; // the main thread has heard nothing for a while
        private long _doubtedNs; // main thread
        private int _state = (int)SessionState.Searching;

        /// <summary>Starts at once.</summary>
        public SidecarSession(SidecarFinder finder, ConversationSetup setup, string clientName)
        {
            _finder = finder;
            _setup = setup;
            _clientName = clientName;
            _thread = new Thread(Run) { Name = "rsatalker-session", IsBackground = true };
            _thread.Start();
        }

        /// <summary>Any thread.</summary>
        public SessionState State => (SessionState)Volatile.Read(ref _state);

        /// <summary>What is to be shown beside the state; empty when all is well. Any thread.</summary>
        public string Sentence => _sentence;

        /// <summary>The sidecar; null before it was found. Any thread.</summary>
        public SidecarInfo Info => _info;

        /// <summary>By head: why its avatar was refused while the other one lives; empty: it was not. Any thread.</summary>
        public string[] Refusals => _refusals;

        /// <summary>What the sidecar measures, once a second if it is wanted; null before that. Any thread.</summary>
        public ConversationHealth Health => _health;

        public bool WantsHealth
        {
            set
            {
                var isNew = value && !_wantsHealth;
                _wantsHealth = value;
                if (isNew)
                {
                    _work.Wake(); // else it would be asked for only when the lease is to be kept
                }
            }
        }

        /// <summary>The living conversation; null while there is none. Main thread.</summary>
        public ConversationLink Link { get; private set; }

        /// <summary>Once a frame on the main thread; true: Link is another one than before.</summary>
        public bool Poll()
        {
            if (Interlocked.Exchange(ref _opened, null) is ConversationLink opened)
            {
                Link?.Dispose();
                Link = opened;
                return true;
            }
            if (Link != null && (Link.IsLost || _ended == Link))
            {
                LetGo();
                return true;
            }
            if (Link != null && Link.IsDoubtful && HostClock.NowNs - _doubtedNs > DoubtEveryNs)
            {
                _doubtedNs = HostClock.NowNs;
                _isDoubtful = true;
                _work.Wake();
            }
            return false;
        }

        /// <summary>Changes what the conversation is made of when it has to be made again. Any thread.</summary>
        public void Change(Action<ConversationSetup> change)
        {
            lock (_setupGate)
            {
                change(_setup);
            }
        }

        /// <summary>Lets the session's thread do something with the living conversation. Any thread.</summary>
        public void Do(SidecarWork work)
        {
            _work.Add(work);
        }

        /// <summary>Ends the conversation. Never waits longer than JoinMs. Main thread; can be called twice.</summary>
        public void Dispose()
        {
            _stop.Cancel();
            _work.Wake();
            _thread.Join(JoinMs);
            Link?.Dispose();
            Link = null;
            Interlocked.Exchange(ref _opened, null)?.Dispose();
            Become(SessionState.Stopped, Sentences.Stopped);
        }

        private void LetGo()
        {
            _lost = Link;
            Link.Dispose();
            Link = null;
            _work.Wake();
        }

        private void Run()
        {
            var hasLived = false;
            while (!_stop.IsCancellationRequested)
            {
                var waitMs = LookEveryMs;
                try
                {
                    Live(ref hasLived);
                }
                catch (SidecarException problem)
                {
                    var isGone = problem.Problem == CallProblem.Unreachable || problem.Problem == CallProblem.NotFound;
                    var without = hasLived ? SessionState.Lost : SessionState.Searching;
                    Become(isGone ? without : SessionState.Refused, problem.Message);
                    waitMs = isGone ? LookEveryMs : AskAgainMs;
                }
                catch (RegionException problem)
                {
                    Become(SessionState.Refused, problem.Message);
                    waitMs = AskAgainMs;
                }
                _work.Fail(Sentences.Interrupted);
                _stop.Token.WaitHandle.WaitOne(waitMs);
            }
        }

        // Finds a sidecar, makes the conversation and serves it until it ends.
        private void Live(ref bool hasLived)
        {
            using var calls = new SidecarCalls(_finder.Find(_stop.Token));
            _info = calls.GetInfo(_clientName, _stop.Token);
            if (State != SessionState.Refused) // whose sentence stays until it is not true any more
            {
                Become(SessionState.Connecting, "");
            }
            var cast = new ConversationCast();
            var created = cast.Create(calls, _setup, _setupGate, _stop.Token);
            ConversationLink link = null;
            try
            {
                link = calls.Endpoint.IsHere
                    ? (ConversationLink)new SharedConversation(created)
                    : new StreamedConversation(created, calls);
                _refusals = cast.Refusals;
                Interlocked.Exchange(ref _opened, link)?.Dispose();
                hasLived = true;
                _isDoubtful = false;
                Become(SessionState.Live, cast.Refusals[0] + cast.Refusals[1]); // one of them is empty
                Serve(calls, link);
            }
            finally
            {
                _ended = link;
                Close(calls, created.Id);
            }
        }

        private void Serve(SidecarCalls calls, ConversationLink link)
        {
            var patienceMs = Math.Max(link.LeaseMs / 3, 1);
            var askedMs = Environment.TickCount;
            var wantedHealth = false;
            Func<bool> mayWait = () =>
                _lost != link && !_isDoubtful && wantedHealth == _wantsHealth && !_stop.IsCancellationRequested;
            while (!_stop.IsCancellationRequested && _lost != link)
            {
                wantedHealth = _wantsHealth;
                var work = _work.Next(wantedHealth ? Math.Min(HealthEveryMs, patienceMs) : patienceMs, mayWait);
                if (work != null)
                {
                    work.Do(calls, link.Id, _stop.Token);
                }
                else if (_lost != link && !_stop.IsCancellationRequested)
                {
                    _health = _wantsHealth ? calls.GetHealth(link.Id, _stop.Token) : _health;
                }
                if (_isDoubtful || unchecked(Environment.TickCount - askedMs) >= patienceMs)
                {
                    calls.KeepAlive(link.Id, _isDoubtful ? DoubtMs : SidecarCalls.CallMs, _stop.Token);
                    askedMs = Environment.TickCount;
                    _isDoubtful = false;
                }
            }
            if (_lost == link)
            {
                Become(SessionState.Lost, Sentences.Gone);
            }
        }

        private static void Close(SidecarCalls calls, string id)
        {
            try
            {
                calls.Close(id);
            }
            catch (SidecarException)
            {
                return; // it is gone already, or its lease ends by itself
            }
        }

        private void Become(SessionState state, string sentence)
        {
            _sentence = sentence;
            Volatile.Write(ref _state, (int)state);
        }
    }
}
