// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <functional>
#include <string>

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
};

struct HttpResponse
{
    int Status = 0; // of HTTP; 0: nobody answered
    std::string Body;
    std::string OtherFingerprint; // of the certificate that was shown, if it is not the one; then nothing was sent
};

// Sends a POST over HTTP/1.1. In Unreal by FHttpModule, elsewhere by what is at hand.
class RSATALKERPROTOCOL_API HttpTransport
{
public:
    virtual ~HttpTransport();

    // Returns at once. Done is called later, exactly once, on the thread that ticks the plugin.
    virtual void Post(HttpRequest Request, std::function<void(const HttpResponse&)> Done) = 0;
};
} // namespace RsaTalker
