// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Threading;
using RsaTalker.Sidecar.Protocol;
using UnityEngine;

namespace RsaTalker.Sidecar
{
    /// <summary>What the heads say.</summary>
    public sealed partial class Conversation
    {
        private const double VoiceHoldS = 60; // of a growing voice that waits to be heard
        private const double VoiceWaitS = 0.08; // of a growing voice, before it is heard: two parts of 40 ms

        private readonly Dictionary<Utterance, AudioClip> _clips = new Dictionary<Utterance, AudioClip>();
        private ulong _newestUtterance;

        /// <summary>A sound has a start. Main thread.</summary>
        public event Action<Utterance> UtteranceStarted;

        /// <summary>An utterance is over: heard to its end, cancelled, or failed. Main thread.</summary>
        public event Action<Utterance> UtteranceEnded;

        /// <summary>
        /// Lets a head say a clip, behind what it says already. The clip's load type must be Decompress On Load. With
        /// `interrupts`, what the other says is cut off.
        /// </summary>
        public Utterance Speak(TalkingHead head, AudioClip clip, bool interrupts = false)
        {
            var utterance = NewUtterance(head, false);
            if (clip == null)
            {
                utterance.Fail("There is no clip to speak: it is null.");
            }
            if (utterance.IsOver)
            {
                return utterance;
            }
            var samples = new float[clip.samples * clip.channels];
            if (!clip.GetData(samples, 0))
            {
                utterance.Fail(
                    "The samples of clip " + clip.name + " cannot be read: set its Load Type to Decompress On Load.");
                return utterance;
            }
            InterruptOther(utterance, interrupts);
            _clips[utterance] = clip;
            _schedule.Add(utterance);
            var (channels, rateHz) = (clip.channels, clip.frequency);
            Send((calls, id, stop) => SendClip(calls, id, utterance, samples, channels, rateHz, interrupts, stop), utterance);
            return utterance;
        }

        /// <summary>Begins a voice whose mono sound comes in parts, 8,000 to 96,000 samples a second.</summary>
        public StreamingVoice BeginVoice(TalkingHead head, int sampleRateHz, bool interrupts = false)
        {
            var utterance = NewUtterance(head, true);
            utterance.Voice = new VoiceBuffer(sampleRateHz, VoiceHoldS, VoiceWaitS);
            if (!utterance.IsOver)
            {
                InterruptOther(utterance, interrupts);
                _schedule.Add(utterance);
            }
            return new StreamingVoice(
                utterance, sampleRateHz, (voice, part, isLast) => SendPart(voice, part, isLast, interrupts));
        }

        /// <summary>Cuts an utterance off just behind what is heard; the face relaxes.</summary>
        public void Cancel(Utterance utterance)
        {
            if (!utterance.IsOver && utterance.CutAtUs < 0)
            {
                Send((calls, id, stop) => utterance.CutAtUs = calls.CancelSpeech(id, utterance.Id, stop), utterance);
            }
        }

        /// <summary>Cuts off everything that is said or waits to be said.</summary>
        public void CancelAll()
        {
            for (var index = 0; index < _schedule.Utterances.Count; ++index)
            {
                Cancel(_schedule.Utterances[index]);
            }
        }

        internal void SendManner(TalkingHead head)
        {
            var participant = head == _headA ? 0 : 1;
            var setup = new ParticipantSetup();
            head.Describe(setup, _scratch);
            _session?.Change(all =>
            {
                all.Participants[participant].Mood = setup.Mood;
                all.Participants[participant].Style = setup.Style;
            });
            Send((calls, id, stop) =>
            {
                calls.SetMood(id, participant, setup.Mood, stop);
                calls.SetStyle(id, participant, setup.Style, stop);
            });
        }

        private Utterance NewUtterance(TalkingHead head, bool isGrowing)
        {
            var utterance = new Utterance(++_newestUtterance, head == _headA ? 0 : 1, isGrowing);
            if (head == null || (head != _headA && head != _headB))
            {
                utterance.Fail("This head is not in the conversation: give Head A or Head B.");
            }
            else if (!IsLive)
            {
                utterance.Fail(Sentences.NotLive);
            }
            else if (!_schedule.HasRoom)
            {
                utterance.Fail(Sentences.TooManyVoices);
            }
            return utterance;
        }

        private void InterruptOther(Utterance utterance, bool interrupts)
        {
            for (var index = 0; interrupts && index < _schedule.Utterances.Count; ++index)
            {
                var other = _schedule.Utterances[index];
                if (other.Participant != utterance.Participant)
                {
                    Cancel(other);
                }
            }
        }

        // The session's thread: mixes to one channel and sends.
        private static void SendClip(
            SidecarCalls calls,
            string id,
            Utterance utterance,
            float[] samples,
            int channels,
            int rateHz,
            bool interrupts,
            CancellationToken stop)
        {
            var count = samples.Length / channels;
            for (var index = 0; index < count && channels > 1; ++index)
            {
                var sum = 0f;
                for (var channel = 0; channel < channels; ++channel)
                {
                    sum += samples[index * channels + channel];
                }
                samples[index] = sum / channels;
            }
            var chunk = new VoiceChunk(
                utterance.Participant, utterance.Id, rateHz, samples, 0, count, interrupts: interrupts);
            var answer = calls.Speak(id, chunk, stop);
            utterance.Placed(answer["startUs"].Integer, answer["durationUs"].Integer);
        }

        private void SendPart(StreamingVoice voice, float[] part, bool isLast, bool interrupts)
        {
            var utterance = voice.Utterance;
            Send(
                (calls, id, stop) =>
                {
                    if (utterance.CutAtUs >= 0 || utterance.State == UtteranceState.Failed)
                    {
                        return; // what comes behind a cut is not wanted any more
                    }
                    var chunk = new VoiceChunk(
                        utterance.Participant, utterance.Id, voice.SampleRateHz, part, 0, part.Length, voice.Sequence++,
                        isLast, interrupts && voice.Sequence == 1);
                    var answer = calls.PushAudio(id, chunk, stop);
                    utterance.Placed(answer["startUs"].Integer, answer["durationUs"].Integer);
                },
                utterance);
        }

        private void Send(Action<SidecarCalls, string, CancellationToken> work, Utterance utterance = null)
        {
            _session?.Do(new SidecarWork(work, utterance, sentence => _refusal = sentence));
        }
    }
}
