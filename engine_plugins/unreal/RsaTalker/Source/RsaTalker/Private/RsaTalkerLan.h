// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "HttpTransport.h"

// Calls to a sidecar on the LAN: FHttpModule neither knows a certificate by its fingerprint nor reads a stream in every
// version. Each has a thread of its own; the fingerprint is looked at before anything is sent.

/** Posts, and tells the game thread. */
void PostRsaTalkerLan(RsaTalker::HttpRequest Request, std::function<void(const RsaTalker::HttpResponse&)> Done);

/** Hands a stream to its sink while it is wanted. */
void WatchRsaTalkerLan(RsaTalker::HttpRequest Request, std::shared_ptr<RsaTalker::StreamSink> Sink);

/** Posts what a source has while it is wanted, over one connection. */
void RepeatRsaTalkerLan(RsaTalker::HttpRequest Request, double EveryS, std::shared_ptr<RsaTalker::PostSource> Source);
