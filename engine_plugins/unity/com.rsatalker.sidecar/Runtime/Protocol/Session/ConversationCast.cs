// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Threading;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Makes a conversation, also when one of its avatars is refused. A sidecar knows conversations of two only, so the
    /// other avatar stands in for it, unseen. On the session's thread.
    /// </summary>
    internal sealed class ConversationCast
    {
        private const int Both = -1;

        /// <summary>By head: why its avatar is refused; empty: it lives.</summary>
        public readonly string[] Refusals = { "", "" };

        /// <exception cref="SidecarException">No head can live; it says why the setup itself cannot.</exception>
        public CreatedConversation Create(SidecarCalls calls, ConversationSetup setup, object gate, CancellationToken stop)
        {
            var refusal = Refused(calls, setup, gate, Both, stop, out var created);
            for (var head = 0; created == null && head < Refusals.Length; ++head)
            {
                if (Refused(calls, setup, gate, head, stop, out created) == null)
                {
                    Refusals[1 - head] = refusal.Message;
                }
            }
            return created ?? throw new SidecarException(CallProblem.Refused, refusal.Message, refusal);
        }

        private static SidecarException Refused(
            SidecarCalls calls, ConversationSetup setup, object gate, int alone, CancellationToken stop,
            out CreatedConversation created)
        {
            try
            {
                created = calls.Create(setup, gate, alone, stop);
                return null;
            }
            catch (SidecarException problem) when (problem.Problem == CallProblem.NotFound) // an avatar
            {
                created = null;
                return problem;
            }
        }
    }
}
