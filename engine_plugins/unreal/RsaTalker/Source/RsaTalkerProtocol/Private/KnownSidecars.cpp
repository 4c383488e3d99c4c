// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "KnownSidecars.h"

#include "JsonValue.h"
#include "JsonWriter.h"
#include "RuntimeFile.h"
#include "TextFile.h"

namespace RsaTalker
{
namespace
{
std::string KnownFile()
{
    return Joined(StateFolder(), "known_sidecars.json");
}

// Nobody is known if the file is not there, or damaged.
JsonValue Known()
{
    std::string Text;
    JsonValue Entries;
    if (ReadTextFile(KnownFile(), Text))
    {
        JsonValue::Parse(Text, Entries);
    }
    return Entries;
}
} // namespace

std::string KnownFingerprint(const std::string& Address)
{
    return Known()[Address].AsText();
}

bool AnybodyIsKnown()
{
    return !Known().Names().empty();
}

bool TrustSidecar(const std::string& Address, const std::string& Fingerprint)
{
    const JsonValue Entries = Known();
    JsonWriter Json;
    for (const std::string& Name : Entries.Names())
    {
        if (Name != Address)
        {
            Json.Text(Name, Entries[Name].AsText());
        }
    }
    return WriteTextFile(KnownFile(), Json.Text(Address, PlainFingerprint(Fingerprint)).Take());
}

std::string PlainFingerprint(const std::string& Fingerprint)
{
    std::string Hex;
    for (const char Letter : Fingerprint)
    {
        const bool IsSmall = Letter >= 'a' && Letter <= 'f';
        const bool IsHex = IsSmall || (Letter >= '0' && Letter <= '9') || (Letter >= 'A' && Letter <= 'F');
        if (IsHex)
        {
            Hex += static_cast<char>(IsSmall ? Letter - 32 : Letter);
        }
    }
    return Hex;
}
} // namespace RsaTalker
