// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerLan.h"

#include "Async/Async.h"
#include "CoreMinimal.h"
#include "HAL/PlatformProcess.h"
#include "HttpAnswer.h"
#include "RsaTalkerThreads.h"
#include "RsaTalkerTls.h"

namespace
{
constexpr double LookS = 0.1; // between looks whether a stream is still wanted

// Connects, if the sidecar shows the certificate that it should show. Null: the answer says why, and nothing was sent.
std::unique_ptr<FRsaTalkerTls> Met(const RsaTalker::HttpRequest& Request, RsaTalker::HttpResponse& Why)
{
    const bool bIsTls = !Request.Fingerprint.empty();
    auto Line = std::make_unique<FRsaTalkerTls>(RsaTalker::AuthorityOf(Request.Url), bIsTls);
    if (!Line->Connect(Request.TimeoutS))
    {
        return nullptr;
    }
    const std::string Shown = Line->Fingerprint();
    if (Shown != Request.Fingerprint)
    {
        Why.OtherFingerprint = Shown;
        return nullptr;
    }
    return Line;
}

// Sends a request and waits for the whole answer.
RsaTalker::HttpResponse Exchanged(FRsaTalkerTls& Line, const RsaTalker::HttpRequest& Request, bool bKeepsConnection)
{
    RsaTalker::HttpResponse Result;
    RsaTalker::HttpAnswer Answer;
    std::string Bytes;
    auto Received = ERsaTalkerReceived::Some;
    bool bIsHttp = Line.Send(RsaTalker::HttpText(Request, bKeepsConnection), Request.TimeoutS);
    while (bIsHttp && Received == ERsaTalkerReceived::Some && !Answer.IsWhole())
    {
        Bytes.clear();
        Received = Line.Receive(Bytes, Request.TimeoutS);
        bIsHttp = Answer.Take(Bytes, Result.Body);
    }
    Result.Status = bIsHttp && Received != ERsaTalkerReceived::Nothing ? Answer.Status() : 0;
    return Result;
}

void WatchHere(const RsaTalker::HttpRequest& Request, RsaTalker::StreamSink& Sink)
{
    RsaTalker::HttpResponse Why;
    const std::unique_ptr<FRsaTalkerTls> Line = Met(Request, Why);
    RsaTalker::HttpAnswer Answer;
    std::string Bytes;
    std::string Body;
    bool bGoesOn = Line && Line->Send(RsaTalker::HttpText(Request, false), Request.TimeoutS);
    while (bGoesOn && Sink.IsWanted() && !IsRsaTalkerLeaving() && !Answer.IsWhole())
    {
        Bytes.clear();
        const bool bIsOpen = Line->Receive(Bytes, LookS) != ERsaTalkerReceived::Closed;
        bGoesOn = Answer.Take(Bytes, Body) && bIsOpen;
        if (Answer.Status() == 200 && !Body.empty())
        {
            Sink.Take(Body);
            Body.clear();
        }
    }
    Why.Status = Answer.Status();
    Why.Body = std::move(Body);
    Sink.End(Why);
}

void RepeatHere(RsaTalker::HttpRequest Request, double EveryS, RsaTalker::PostSource& Source)
{
    RsaTalker::HttpResponse Why;
    std::unique_ptr<FRsaTalkerTls> Line;
    for (bool bGoesOn = true; bGoesOn && Source.IsWanted() && !IsRsaTalkerLeaving();
         FPlatformProcess::Sleep(static_cast<float>(EveryS)))
    {
        if (!Source.Next(Request.Body))
        {
            continue;
        }
        const bool bWasOpen = Line != nullptr;
        Line = bWasOpen ? std::move(Line) : Met(Request, Why);
        Why = Line ? Exchanged(*Line, Request, true) : Why;
        if (Why.Status == 0 && bWasOpen) // the sidecar closes what is silent for long
        {
            Line = Met(Request, Why);
            Why = Line ? Exchanged(*Line, Request, true) : Why;
        }
        bGoesOn = Why.Status == 200;
    }
    Source.End(Why);
}
} // namespace

void PostRsaTalkerLan(RsaTalker::HttpRequest Request, std::function<void(const RsaTalker::HttpResponse&)> Done)
{
    RunRsaTalkerApart(
        [Request = std::move(Request), Done = std::move(Done)]
        {
            RsaTalker::HttpResponse Result;
            if (const std::unique_ptr<FRsaTalkerTls> Line = Met(Request, Result))
            {
                Result = Exchanged(*Line, Request, false);
            }
            AsyncTask(ENamedThreads::GameThread, [Result, Done] { Done(Result); });
        });
}

void WatchRsaTalkerLan(RsaTalker::HttpRequest Request, std::shared_ptr<RsaTalker::StreamSink> Sink)
{
    RunRsaTalkerApart([Request = std::move(Request), Sink = std::move(Sink)] { WatchHere(Request, *Sink); });
}

void RepeatRsaTalkerLan(RsaTalker::HttpRequest Request, double EveryS, std::shared_ptr<RsaTalker::PostSource> Source)
{
    RunRsaTalkerApart([Request = std::move(Request), EveryS, Source = std::move(Source)]
                      { RepeatHere(Request, EveryS, *Source); });
}
