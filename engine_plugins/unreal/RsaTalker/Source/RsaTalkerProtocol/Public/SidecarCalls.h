// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "HttpTransport.h"
#include "JsonValue.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
enum class CallFailure
{
    None,
    Unreachable,     // nobody answers: look for the sidecar again
    Untrusted,       // another certificate: it may be another machine
    Unauthenticated, // the token is another sidecar's: look for it again
    NotFound,        // no such conversation: make it again
    Refused,         // the sidecar says why
};

struct CallResult
{
    CallFailure Failure = CallFailure::None;
    bool IsFull = false;  // refused for want of room: the same may be taken in a while
    std::string Sentence; // for people, if it failed
    JsonValue Answer;
    std::string OtherFingerprint; // of the certificate that was shown, if it is untrusted
};

// Stands for the fingerprint of a sidecar that nobody has trusted yet: no certificate has it, so nothing is sent.
inline constexpr char NobodysFingerprint[] = "unknown";

// Calls a sidecar by Connect's unary protocol: JSON over HTTP/1.1. The thread that ticks the plugin.
class RSATALKERPROTOCOL_API SidecarCalls
{
public:
    using Done = std::function<void(const CallResult&)>;

    SidecarCalls(std::shared_ptr<HttpTransport> InTransport, std::string InBaseUrl, std::string InToken,
                 std::string InFingerprint = "");

    // Calls "SERVICE/METHOD". Forgotten answers, those that come after this object has gone, call nobody.
    void Call(const std::string& Method, std::string Json, Done Answered, double TimeoutS = 30);

    // Begins a server stream.
    void Watch(const std::string& Method, const std::string& Json, std::shared_ptr<StreamSink> Sink);

    // Calls a method again and again.
    void Repeat(const std::string& Method, double EveryS, std::shared_ptr<PostSource> Source);

    const std::string& BaseUrl() const
    {
        return Base;
    }

private:
    HttpRequest Request(const std::string& Method, std::string Body, double TimeoutS) const;

    std::shared_ptr<HttpTransport> Transport;
    std::string Base;
    std::string Token;
    std::string Fingerprint;
    std::shared_ptr<int> Alive = std::make_shared<int>(0); // dies with this object
};
} // namespace RsaTalker
