// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include "CoreMinimal.h"

/** A sidecar that announces itself on the LAN. Anybody may announce anything: it is trusted by its fingerprint. */
struct FRsaTalkerAnnounced
{
    FString Name;
    FString Address;     // of HTTP, "host:port"
    FString Fingerprint; // of the certificate that it shows; empty until it has
    bool bIsTls = true;  // false: it was started with --insecure-lan
    bool bIsTrusted = false;
    bool bHasChanged = false; // it was trusted with another certificate
};

/** The sidecars of the LAN, for people to choose one. Game thread; never waits. */
class RSATALKER_API FRsaTalkerLanList
{
public:
    FRsaTalkerLanList();
    ~FRsaTalkerLanList();

    /** Asks anew. False: no network of this machine takes the question. */
    bool Ask();

    /** Takes answers that have come; call it as often as you like. */
    void Look();

    const TArray<FRsaTalkerAnnounced>& Get() const;

    /** Trusts a sidecar by the fingerprint that it shows, and names it in the project settings. Returns an empty text,
     * or one sentence that says why not. */
    FString Trust(int32 Index);

private:
    struct FInside;
    TSharedPtr<FInside> Inside;
};
