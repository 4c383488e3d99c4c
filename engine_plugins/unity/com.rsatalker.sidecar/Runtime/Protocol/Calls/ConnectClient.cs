// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Calls over HTTP/1.1 with JSON (https://connectrpc.com/docs/protocol). Calls block: never make them on the engine's
    /// main thread. Any thread, several at a time.
    /// </summary>
    public sealed class ConnectClient : IDisposable
    {
        private const int LargestEnvelopeBytes = 128 << 20; // as the sidecar sends at most

        private readonly Endpoint _endpoint;
        private readonly HttpClient _http;
        private string _shownFingerprint = "";

        public ConnectClient(Endpoint endpoint)
        {
            _endpoint = endpoint;
            var handler = new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false };
            if (endpoint.Fingerprint.Length > 0)
            {
                handler.ServerCertificateCustomValidationCallback = IsTrusted;
            }
            _http = new HttpClient(handler) { BaseAddress = endpoint.Root, Timeout = Timeout.InfiniteTimeSpan };
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", endpoint.Token);
            _http.DefaultRequestHeaders.ExpectContinue = false;
        }

        /// <summary>Breaks off what is under way. Can be called twice.</summary>
        public void Dispose()
        {
            _http.Dispose();
        }

        /// <summary>Returns the answer to "SpeechService/Speak" and the like.</summary>
        /// <exception cref="SidecarException">The call failed.</exception>
        public JsonValue Call(string method, string json, int timeoutMs, CancellationToken stop)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
            ending.CancelAfter(timeoutMs);
            try
            {
                using var request = Request(method, Encoding.UTF8.GetBytes(json), "application/json");
                using var response = Wait(_http.SendAsync(request, ending.Token));
                var text = Wait(response.Content.ReadAsStringAsync());
                var answer = Parsed(text);
                return response.IsSuccessStatusCode ? answer : throw Refusal((int)response.StatusCode, answer);
            }
            catch (Exception error) when (!(error is SidecarException))
            {
                throw Failed(error, stop, timeoutMs);
            }
        }

        /// <summary>Hands each message of a server stream to `take` until the stream ends; blocks so long.</summary>
        /// <exception cref="SidecarException">The stream broke off.</exception>
        public void Stream(string method, string json, Action<JsonValue> take, CancellationToken stop)
        {
            try
            {
                using var request = Request(method, Envelope(json), "application/connect+json");
                using var response = Wait(_http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop));
                if (!response.IsSuccessStatusCode)
                {
                    throw Refusal((int)response.StatusCode, Parsed(Wait(response.Content.ReadAsStringAsync())));
                }
                using var stream = Wait(response.Content.ReadAsStreamAsync());
                using var broken = stop.Register(response.Dispose); // Mono's streams do not look at the token
                while (Next(stream, out var message))
                {
                    take(message);
                }
            }
            catch (Exception error) when (!(error is SidecarException))
            {
                throw Failed(error, stop, Timeout.Infinite);
            }
        }

        // Reads an envelope: a byte of flags, 4 bytes of length, the message. False: it was the last one.
        private static bool Next(Stream stream, out JsonValue message)
        {
            var head = Bytes(stream, 5);
            var size = (head[1] << 24) | (head[2] << 16) | (head[3] << 8) | head[4];
            if (size < 0 || size > LargestEnvelopeBytes)
            {
                throw new InvalidDataException("an envelope of " + size + " bytes");
            }
            message = Parsed(Encoding.UTF8.GetString(Bytes(stream, size)));
            if ((head[0] & 2) == 0)
            {
                return true;
            }
            return message["error"].Exists ? throw Refusal(200, message["error"]) : false;
        }

        private static byte[] Bytes(Stream stream, int count)
        {
            var bytes = new byte[count];
            for (var read = 0; read < count;)
            {
                var more = stream.Read(bytes, read, count - read);
                read += more > 0 ? more : throw new EndOfStreamException("the stream ended in the middle of a message");
            }
            return bytes;
        }

        private static byte[] Envelope(string json)
        {
            var size = Encoding.UTF8.GetByteCount(json);
            var bytes = new byte[5 + size];
            for (var index = 0; index < 4; ++index)
            {
                bytes[1 + index] = (byte)(size >> (24 - 8 * index));
            }
            Encoding.UTF8.GetBytes(json, 0, json.Length, bytes, 5);
            return bytes;
        }

        private static HttpRequestMessage Request(string method, byte[] body, string contentType)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
            return new HttpRequestMessage(HttpMethod.Post, "/sidecar.v1." + method) { Content = content };
        }

        private static JsonValue Parsed(string text)
        {
            try
            {
                return JsonReader.Read(text);
            }
            catch (FormatException)
            {
                return JsonValue.Missing;
            }
        }

        private static SidecarException Refusal(int status, JsonValue answer)
        {
            return SidecarException.OfAnswer(status, answer["code"].Text, answer["message"].Text);
        }

        private static T Wait<T>(Task<T> task)
        {
            return task.ConfigureAwait(false).GetAwaiter().GetResult();
        }

        private bool IsTrusted(
            HttpRequestMessage request, X509Certificate2 certificate, X509Chain chain, SslPolicyErrors problems)
        {
            using var hash = SHA256.Create();
            var shown = BitConverter.ToString(hash.ComputeHash(certificate.RawData)).Replace("-", "");
            _shownFingerprint = shown;
            return shown == _endpoint.Fingerprint;
        }

        private SidecarException Failed(Exception error, CancellationToken stop, int timeoutMs)
        {
            var shown = _shownFingerprint;
            if (shown.Length > 0 && shown != _endpoint.Fingerprint)
            {
                return new SidecarException(CallProblem.Untrusted, Sentences.OtherCertificate(_endpoint, shown), error);
            }
            var isLate = error is OperationCanceledException && !stop.IsCancellationRequested;
            var sentence = isLate ? Sentences.NoAnswerInTime(_endpoint, timeoutMs) : Sentences.NobodyAnswers(_endpoint);
            return new SidecarException(CallProblem.Unreachable, sentence, error);
        }
    }
}
