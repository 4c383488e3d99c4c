// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <memory>
#include <string>

#include "CoreMinimal.h"

/** What came of waiting for an answer. */
enum class ERsaTalkerReceived : uint8
{
    Some,
    Nothing,
    Closed,
};

/** A connection to a sidecar on the LAN, which is known by the fingerprint of its certificate. A thread that may wait.
 */
class FRsaTalkerTls
{
public:
    /** Where to, "host:port"; without TLS for a sidecar that was started with --insecure-lan. */
    FRsaTalkerTls(const std::string& Authority, bool bIsTls);
    ~FRsaTalkerTls();

    /** Connects and shakes hands, within so many seconds; nothing of ours is sent. */
    bool Connect(double PatienceS);

    /** SHA-256 of the certificate that is shown, upper-case hex; empty before, and without TLS. */
    std::string Fingerprint() const;

    bool Send(const std::string& Text, double PatienceS);

    /** Takes all that has come, after waiting for it so many seconds at most. */
    ERsaTalkerReceived Receive(std::string& Bytes, double PatienceS);

private:
    bool MayTryAgain(double EndS) const;

    struct FInside;
    std::unique_ptr<FInside> Inside;
};
