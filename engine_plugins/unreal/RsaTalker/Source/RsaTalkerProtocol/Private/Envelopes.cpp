// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Envelopes.h"

namespace RsaTalker
{
std::string Envelopes::Enveloped(std::string_view Message)
{
    std::string Envelope(1, '\0');
    for (int Shift = 24; Shift >= 0; Shift -= 8)
    {
        Envelope += static_cast<char>((Message.size() >> Shift) & 0xFF);
    }
    return Envelope.append(Message);
}

void Envelopes::Take(std::string_view Bytes)
{
    Waiting.erase(0, At); // once for many messages
    At = 0;
    Waiting += Bytes;
}

bool Envelopes::Next(std::string& Message)
{
    if (HasOverrun || Waiting.size() - At < HeadBytes)
    {
        return false;
    }
    std::size_t Size = 0;
    for (std::size_t Index = 1; Index < HeadBytes; ++Index)
    {
        Size = (Size << 8) | static_cast<unsigned char>(Waiting[At + Index]);
    }
    HasOverrun = Size > LargestBytes;
    if (HasOverrun || Waiting.size() - At - HeadBytes < Size)
    {
        return false;
    }
    Flags = static_cast<unsigned char>(Waiting[At]);
    Message.assign(Waiting, At + HeadBytes, Size);
    At += HeadBytes + Size;
    return true;
}
} // namespace RsaTalker
