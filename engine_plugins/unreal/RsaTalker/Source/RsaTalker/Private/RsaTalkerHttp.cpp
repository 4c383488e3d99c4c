// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerHttp.h"

#include "CoreMinimal.h"
#include "HttpModule.h"
#include "Interfaces/IHttpRequest.h"
#include "Interfaces/IHttpResponse.h"
#include "RsaTalkerLan.h"

namespace
{
// How long a request may be silent: an avatar that is made for the first time takes longer than the engine's default.
// Engines before it was there have no such limit.
template <class RequestType>
auto SetSilence(RequestType& Http, float Seconds, int32) -> decltype(Http.SetActivityTimeout(Seconds))
{
    Http.SetActivityTimeout(Seconds);
}

template <class RequestType> void SetSilence(RequestType&, float, int64)
{
}
} // namespace

void FRsaTalkerHttp::Post(RsaTalker::HttpRequest Request, std::function<void(const RsaTalker::HttpResponse&)> Done)
{
    if (!Request.Fingerprint.empty())
    {
        return PostRsaTalkerLan(std::move(Request), std::move(Done));
    }
    const TSharedRef<IHttpRequest, ESPMode::ThreadSafe> Http = FHttpModule::Get().CreateRequest();
    Http->SetURL(UTF8_TO_TCHAR(Request.Url.c_str()));
    Http->SetVerb(TEXT("POST"));
    Http->SetHeader(TEXT("Content-Type"), TEXT("application/json"));
    Http->SetHeader(TEXT("Authorization"), FString(TEXT("Bearer ")) + UTF8_TO_TCHAR(Request.Token.c_str()));
    Http->SetTimeout(static_cast<float>(Request.TimeoutS));
    SetSilence(*Http, static_cast<float>(Request.TimeoutS), int32{0});
    TArray<uint8> Body;
    Body.Append(reinterpret_cast<const uint8*>(Request.Body.data()), static_cast<int32>(Request.Body.size()));
    Http->SetContent(MoveTemp(Body));
    Http->OnProcessRequestComplete().BindLambda(
        [Done = std::move(Done)](FHttpRequestPtr, FHttpResponsePtr Response, bool bAnswered)
        {
            RsaTalker::HttpResponse Result;
            if (bAnswered && Response.IsValid())
            {
                const TArray<uint8>& Content = Response->GetContent();
                Result.Status = Response->GetResponseCode();
                Result.Body.assign(reinterpret_cast<const char*>(Content.GetData()),
                                   static_cast<std::size_t>(Content.Num()));
            }
            Done(Result);
        });
    Http->ProcessRequest();
}

void FRsaTalkerHttp::Watch(RsaTalker::HttpRequest Request, std::shared_ptr<RsaTalker::StreamSink> Sink)
{
    WatchRsaTalkerLan(std::move(Request), std::move(Sink));
}

void FRsaTalkerHttp::Repeat(RsaTalker::HttpRequest Request, double EveryS,
                            std::shared_ptr<RsaTalker::PostSource> Source)
{
    RepeatRsaTalkerLan(std::move(Request), EveryS, std::move(Source));
}
