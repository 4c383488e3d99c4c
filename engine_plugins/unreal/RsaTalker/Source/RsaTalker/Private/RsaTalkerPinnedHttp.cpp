// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerPinnedHttp.h"

#include <cstdlib>

#include "Async/Async.h"
#include "CoreMinimal.h"
#include "RsaTalkerTls.h"

namespace
{
// Answers with the certificate that was shown, if it is another one; then the token has not been sent.
RsaTalker::HttpResponse Exchanged(const RsaTalker::HttpRequest& Request)
{
    RsaTalker::HttpResponse Result;
    const std::size_t HostAt = Request.Url.find("://") + 3;
    const std::size_t PathAt = Request.Url.find('/', HostAt);
    const std::string Authority = Request.Url.substr(HostAt, PathAt - HostAt);
    FRsaTalkerTls Line(Authority, Request.TimeoutS);
    if (!Line.Connect())
    {
        return Result;
    }
    const std::string Shown = Line.Fingerprint();
    if (Shown != Request.Fingerprint)
    {
        Result.OtherFingerprint = Shown;
        return Result;
    }
    Line.Send("POST " + Request.Url.substr(PathAt) + " HTTP/1.1\r\nHost: " + Authority +
              "\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: Bearer " + Request.Token +
              "\r\nContent-Length: " + std::to_string(Request.Body.size()) + "\r\n\r\n" + Request.Body);
    const std::string Text = Line.Receive();
    const std::size_t BodyAt = Text.find("\r\n\r\n");
    const std::size_t CodeAt = Text.find(' ');
    if (BodyAt != std::string::npos && CodeAt < BodyAt)
    {
        Result.Status = std::atoi(Text.c_str() + CodeAt);
        Result.Body = Text.substr(BodyAt + 4);
    }
    return Result;
}
} // namespace

void PostRsaTalkerPinned(RsaTalker::HttpRequest Request, std::function<void(const RsaTalker::HttpResponse&)> Done)
{
    Async(EAsyncExecution::Thread, [Request = std::move(Request), Done = std::move(Done)]
          { AsyncTask(ENamedThreads::GameThread, [Result = Exchanged(Request), Done] { Done(Result); }); });
}
