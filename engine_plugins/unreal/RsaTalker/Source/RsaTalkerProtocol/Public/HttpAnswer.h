// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "HttpTransport.h"
#include "ProtocolApi.h"

namespace RsaTalker
{
// A POST as it is sent over HTTP/1.1. Any thread.
RSATALKERPROTOCOL_API std::string HttpText(const HttpRequest& Request, bool KeepsConnection);

// Host and port of an URL, "host:port". Any thread.
RSATALKERPROTOCOL_API std::string AuthorityOf(const std::string& Url);

// An answer of HTTP/1.1 that comes in pieces: its length is given, or it comes in chunks, or it goes on to the end of
// the connection (RFC 9112, section 6.3). One thread.
class RSATALKERPROTOCOL_API HttpAnswer
{
public:
    // Takes a piece, and appends what it brings of the body. False: it is no HTTP.
    bool Take(std::string_view Bytes, std::string& Body);

    int Status() const // 0: not known yet
    {
        return Code;
    }

    // Whether it is complete, so that the connection is free for another request.
    bool IsWhole() const
    {
        return Part == Stage::Whole;
    }

private:
    enum class Stage
    {
        Head,
        Sized,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        Endless,
        Whole,
    };

    bool TakeHead();
    bool TakeChunkSize();
    bool TakeLine(std::string& Line);
    void TakeBody(std::string& Body);
    bool Step(std::string& Body, bool& IsStuck);

    Stage Part = Stage::Head;
    int Code = 0;
    std::size_t Left = 0; // bytes of the body, or of the chunk
    std::string Waiting;
};
} // namespace RsaTalker
