// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <string>

#include "ProtocolApi.h"

namespace RsaTalker
{
// Whom this user trusts: the sidecars of other machines, by the fingerprints of their certificates. The same file as
// that of `rsatalker status --address` and of Unity. One small file; any thread.

// The fingerprint that is remembered for "host:port"; empty: none.
RSATALKERPROTOCOL_API std::string KnownFingerprint(const std::string& Address);

// Whether any sidecar is trusted.
RSATALKERPROTOCOL_API bool AnybodyIsKnown();

// Trusts a certificate from now on. False: it cannot be remembered.
RSATALKERPROTOCOL_API bool TrustSidecar(const std::string& Address, const std::string& Fingerprint);

// A fingerprint as it is compared: upper-case hex without colons or spaces.
RSATALKERPROTOCOL_API std::string PlainFingerprint(const std::string& Fingerprint);
} // namespace RsaTalker
