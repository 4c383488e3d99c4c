// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "SidecarCalls.h"

#include <utility>

namespace RsaTalker
{
namespace
{
// What an answer means; the table of refusals is in proto/README.md.
CallResult Judge(const HttpResponse& Response, const std::string& Base, const std::string& Fingerprint)
{
    CallResult Result;
    if (!Response.OtherFingerprint.empty())
    {
        Result.Failure = CallFailure::Untrusted;
        Result.Sentence =
            "The sidecar at " + Base + " shows a certificate with the fingerprint " + Response.OtherFingerprint +
            "; expected " + Fingerprint +
            ". If it has not been renewed, another machine answers in its place: do not send it your token.";
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

SidecarCalls::SidecarCalls(std::shared_ptr<HttpTransport> InTransport, std::string InBaseUrl, std::string InToken,
                           std::string InFingerprint)
    : Transport(std::move(InTransport)), Base(std::move(InBaseUrl)), Token(std::move(InToken)),
      Fingerprint(std::move(InFingerprint))
{
}

void SidecarCalls::Call(const std::string& Method, std::string Json, Done Answered, double TimeoutS)
{
    HttpRequest Request{Base + "/sidecar.v1." + Method, Token, std::move(Json), TimeoutS, Fingerprint};
    Transport->Post(std::move(Request),
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
