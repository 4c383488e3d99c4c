// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "HttpTransport.h"

/** Posts by Unreal's own HTTP module. Game thread; never waits. */
class FRsaTalkerHttp final : public RsaTalker::HttpTransport
{
public:
    virtual void Post(RsaTalker::HttpRequest Request,
                      std::function<void(const RsaTalker::HttpResponse&)> Done) override;
};
