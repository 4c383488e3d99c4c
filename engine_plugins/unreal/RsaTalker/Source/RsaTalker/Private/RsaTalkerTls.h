// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <memory>
#include <string>

/** A connection to a sidecar on the LAN, which is known by the fingerprint of its certificate. A thread that may wait.
 */
class FRsaTalkerTls
{
public:
    /** Where to, "host:port", and for how long at most, from here to the end. */
    FRsaTalkerTls(const std::string& Authority, double PatienceS);
    ~FRsaTalkerTls();

    /** Connects and shakes hands; nothing of ours is sent. */
    bool Connect();

    /** SHA-256 of the certificate that is shown, upper-case hex; empty before. */
    std::string Fingerprint() const;

    bool Send(const std::string& Text);

    /** All that comes until the other side closes. */
    std::string Receive();

private:
    bool MayTryAgain();

    struct FInside;
    std::unique_ptr<FInside> Inside;
};
