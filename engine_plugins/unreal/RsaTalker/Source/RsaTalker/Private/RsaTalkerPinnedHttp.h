// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "HttpTransport.h"

/** Sends a POST to a sidecar on the LAN over TLS; FHttpModule cannot know a certificate by its fingerprint. Each
 * request has a thread, the game's is told. */
void PostRsaTalkerPinned(RsaTalker::HttpRequest Request, std::function<void(const RsaTalker::HttpResponse&)> Done);
