// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Something that the session's thread does with the living conversation. A refusal fails the utterance it belongs to, or
    /// is kept for the component to show; only a sidecar that is gone ends the session's round.
    /// </summary>
    public sealed class SidecarWork
    {
        private readonly Action<SidecarCalls, string, CancellationToken> _work;
        private readonly Action<string> _refused;

        /// <summary>What it is done for; null: for no utterance.</summary>
        public Utterance Utterance { get; }

        /// <summary>`work` gets the calls, the conversation's id and a token; `refused` a sentence, on the session's thread.</summary>
        public SidecarWork(
            Action<SidecarCalls, string, CancellationToken> work, Utterance utterance, Action<string> refused)
        {
            _work = work;
            _refused = refused;
            Utterance = utterance;
        }

        internal void Do(SidecarCalls calls, string id, CancellationToken stop)
        {
            try
            {
                _work(calls, id, stop);
            }
            catch (SidecarException problem)
            {
                var isGone = problem.Problem == CallProblem.Unreachable;
                Utterance?.Fail(isGone ? Sentences.Interrupted : problem.Message);
                if (isGone)
                {
                    throw;
                }
                _refused?.Invoke(problem.Message);
            }
        }
    }
}
