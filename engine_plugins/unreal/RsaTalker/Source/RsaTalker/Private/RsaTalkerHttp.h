// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "HttpTransport.h"

/** Posts by Unreal's own HTTP module on this machine, by connections of our own on the LAN. Game thread; never waits.
 */
class FRsaTalkerHttp final : public RsaTalker::HttpTransport
{
public:
    virtual void Post(RsaTalker::HttpRequest Request,
                      std::function<void(const RsaTalker::HttpResponse&)> Done) override;
    virtual void Watch(RsaTalker::HttpRequest Request, std::shared_ptr<RsaTalker::StreamSink> Sink) override;
    virtual void Repeat(RsaTalker::HttpRequest Request, double EveryS,
                        std::shared_ptr<RsaTalker::PostSource> Source) override;
};
