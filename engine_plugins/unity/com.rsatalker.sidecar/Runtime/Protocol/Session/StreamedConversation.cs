// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// A conversation of a sidecar on another machine: pictures and motion come as streams, the engine's state goes as
    /// calls. Three threads of its own; they make garbage, the main thread hardly any. Pictures have no depth.
    /// </summary>
    public sealed class StreamedConversation : ConversationLink
    {
        private const float PicturesPerS = 30;
        private const int StateEveryMs = 33; // the sidecar takes a client for its engine for 500 ms after each

        private readonly object _gate = new object();
        private readonly SidecarCalls _calls;
        private readonly CancellationTokenSource _stop = new CancellationTokenSource();
        private readonly StreamedHead[] _heads = { new StreamedHead(), new StreamedHead() };
        private readonly StreamedMotion _motion = new StreamedMotion();
        private readonly StreamedState _state = new StreamedState();
        private volatile bool _isLost;

        /// <summary>Begins to watch; the calls stay the session's.</summary>
        public StreamedConversation(CreatedConversation created, SidecarCalls calls)
            : base(created)
        {
            _calls = calls;
            if (created.FrameRegions.Count > 0)
            {
                Begin("rsatalker-pictures", () => calls.WatchFrames(Id, PicturesPerS, TakePicture, _stop.Token));
            }
            Begin("rsatalker-motion", () => calls.WatchMotion(Id, _motion.Take, _stop.Token));
            Begin("rsatalker-state", SendStates);
        }

        public override bool IsLost => _isLost;

        public override bool IsDoubtful => false;

        public override bool ReadFrame(int head, Frame frame)
        {
            lock (_gate)
            {
                return _heads[head].Read(frame);
            }
        }

        public override void ReadMotion(MotionTrack track)
        {
            _motion.Read(track);
        }

        public override void Write(EngineState state)
        {
            _state.Set(state);
        }

        public override void Dispose()
        {
            _stop.Cancel();
        }

        private void Begin(string name, Action watch)
        {
            void Run()
            {
                try
                {
                    watch();
                }
                catch (SidecarException)
                {
                    _isLost = true; // the session says why when it asks for the conversation again
                }
                _isLost = true;
            }

            new Thread(Run) { Name = name, IsBackground = true }.Start();
        }

        private void TakePicture(JsonValue message)
        {
            var picture = message["picture"];
            lock (_gate)
            {
                _heads[picture["participant"].Text == "PARTICIPANT_A" ? 0 : 1].Take(picture);
            }
        }

        private void SendStates()
        {
            while (!_stop.Token.WaitHandle.WaitOne(StateEveryMs))
            {
                if (_state.Request(Id) is string request)
                {
                    _calls.SetEngineState(request, _stop.Token);
                }
            }
        }
    }
}
