// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "SidecarCalls.h"

#include <utility>

#include "Envelopes.h"

namespace RsaTalker
{
namespace
{
constexpr double StreamS = 5; // longest wait for a connection, and for the answer to each post

std::string UntrustedSentence(const std::string& Base, const std::string& Expected, const std::string& Shown)
{
    if (Expected == NobodysFingerprint)
    {
        return "The sidecar at " + Base + " is not known here; its certificate has the fingerprint " + Shown +
               ". If that is what its `rsatalker serve --lan` printed, trust it in Tools > RSATalker > Status.";
    }
    return "The sidecar at " + Base + " shows a certificate with the fingerprint " + Shown + "; expected " + Expected +
           ". If it has not been renewed, another machine answers in its place: do not send it your token.";
}

// What an answer means; the table of refusals is in proto/README.md.
CallResult Judge(const HttpResponse& Response, const std::string& Base, const std::string& Fingerprint)
{
    CallResult Result;
    if (!Response.OtherFingerprint.empty())
    {
        Result.Failure = CallFailure::Untrusted;
        Result.OtherFingerprint = Response.OtherFingerprint;
        Result.Sentence = UntrustedSentence(Base, Fingerprint, Response.OtherFingerprint);
        return Result;
    }
    const bool IsJson = JsonValue::Parse(Response.Body, Result.Answer);
    if (Response.Status == 200 && IsJson)
    {
        return Result;
    }
    Result.Sentence = Result.Answer["message"].AsText();
    const std::string& Code = Result.Answer["code"].AsText();
    if (Response.Status == 0 || Code == "unavailable")
    {
        Result.Failure = CallFailure::Unreachable;
        Result.Sentence = "No sidecar answers at " + Base +
                          ". Start one with `rsatalker serve`, or press Start sidecar in the project settings.";
    }
    else if (Code == "unauthenticated")
    {
        Result.Failure = CallFailure::Unauthenticated;
    }
    else
    {
        Result.Failure = Code == "not_found" ? CallFailure::NotFound : CallFailure::Refused;
        Result.IsFull = Code == "resource_exhausted";
    }
    if (Result.Sentence.empty())
    {
        Result.Sentence = "What answers at " + Base + " is not a sidecar (HTTP " + std::to_string(Response.Status) +
                          "). Check the address in the project settings.";
    }
    return Result;
}
} // namespace

HttpTransport::~HttpTransport() = default;
StreamSink::~StreamSink() = default;
PostSource::~PostSource() = default;

SidecarCalls::SidecarCalls(std::shared_ptr<HttpTransport> InTransport, std::string InBaseUrl, std::string InToken,
                           std::string InFingerprint)
    : Transport(std::move(InTransport)), Base(std::move(InBaseUrl)), Token(std::move(InToken)),
      Fingerprint(std::move(InFingerprint))
{
}

HttpRequest SidecarCalls::Request(const std::string& Method, std::string Body, double TimeoutS) const
{
    HttpRequest Made;
    Made.Url = Base + "/sidecar.v1." + Method;
    Made.Token = Token;
    Made.Body = std::move(Body);
    Made.TimeoutS = TimeoutS;
    Made.Fingerprint = Fingerprint;
    return Made;
}

void SidecarCalls::Watch(const std::string& Method, const std::string& Json, std::shared_ptr<StreamSink> Sink)
{
    HttpRequest Made = Request(Method, Envelopes::Enveloped(Json), StreamS);
    Made.ContentType = "application/connect+json";
    Transport->Watch(std::move(Made), std::move(Sink));
}

void SidecarCalls::Repeat(const std::string& Method, double EveryS, std::shared_ptr<PostSource> Source)
{
    Transport->Repeat(Request(Method, "", StreamS), EveryS, std::move(Source));
}

void SidecarCalls::Call(const std::string& Method, std::string Json, Done Answered, double TimeoutS)
{
    Transport->Post(Request(Method, std::move(Json), TimeoutS),
                    [Answered = std::move(Answered), Where = Base, Expected = Fingerprint,
                     StillThere = std::weak_ptr<int>(Alive)](const HttpResponse& Response)
                    {
                        if (!StillThere.expired())
                        {
                            Answered(Judge(Response, Where, Expected));
                        }
                    });
}
} // namespace RsaTalker
