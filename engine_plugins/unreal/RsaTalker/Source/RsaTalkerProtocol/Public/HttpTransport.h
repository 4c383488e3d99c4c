// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ProtocolApi.h"

namespace RsaTalker
{
struct HttpRequest
{
    std::string Url;   // http://127.0.0.1:50552/sidecar.v1.SidecarService/GetInfo
    std::string Token; // goes into `authorization: Bearer`
    std::string Body;  // JSON
    double TimeoutS = 30;
    std::string Fingerprint; // of the one certificate that may be shown, SHA-256 in upper-case hex; empty: no TLS
    const char* ContentType = "application/json";
};

struct HttpResponse
{
    int Status = 0; // of HTTP; 0: nobody answered
    std::string Body;
    std::string OtherFingerprint; // of the certificate that was shown, if it is not the one; then nothing was sent
};

// Takes what a server stream brings. Called on a thread of the transport's own.
class RSATALKERPROTOCOL_API StreamSink
{
public:
    virtual ~StreamSink();

    // False: the transport ends the stream and lets go.
    virtual bool IsWanted() const = 0;

    // All of the body that has come since the last call.
    virtual void Take(std::string_view Bytes) = 0;

    // The last call. Its body is empty unless the stream was refused.
    virtual void End(const HttpResponse& Why) = 0;
};

// Gives what is posted again and again. Called on a thread of the transport's own.
class RSATALKERPROTOCOL_API PostSource
{
public:
    virtual ~PostSource();

    // False: the transport lets go.
    virtual bool IsWanted() const = 0;

    // The newest body; false: there is none that was not sent.
    virtual bool Next(std::string& Body) = 0;

    // The last call: a post was not taken.
    virtual void End(const HttpResponse& Why) = 0;
};

// Sends POSTs over HTTP/1.1. In Unreal by FHttpModule or OpenSSL, elsewhere by what is at hand.
class RSATALKERPROTOCOL_API HttpTransport
{
public:
    virtual ~HttpTransport();

    // Returns at once. Done is called later, exactly once, on the thread that ticks the plugin.
    virtual void Post(HttpRequest Request, std::function<void(const HttpResponse&)> Done) = 0;

    // Begins a stream and returns at once.
    virtual void Watch(HttpRequest Request, std::shared_ptr<StreamSink> Sink) = 0;

    // Posts what the source has, so often at most, over one connection; returns at once.
    virtual void Repeat(HttpRequest Request, double EveryS, std::shared_ptr<PostSource> Source) = 0;
};
} // namespace RsaTalker
