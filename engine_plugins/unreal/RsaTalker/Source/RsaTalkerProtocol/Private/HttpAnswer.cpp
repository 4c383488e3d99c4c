// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "HttpAnswer.h"

#include <algorithm>
#include <charconv>

namespace RsaTalker
{
namespace
{
constexpr std::size_t LargestHead = 64 << 10; // bytes; a sidecar's are some hundred

// A header's value in small letters; empty: it is not there.
std::string ValueOf(const std::string& Head, const std::string& Name)
{
    std::string Small = Head;
    std::transform(Small.begin(), Small.end(), Small.begin(),
                   [](char Letter)
                   { return Letter >= 'A' && Letter <= 'Z' ? static_cast<char>(Letter + 32) : Letter; });
    const std::size_t At = Small.find("\r\n" + Name + ":");
    if (At == std::string::npos)
    {
        return "";
    }
    const std::size_t First = Small.find_first_not_of(' ', At + Name.size() + 3);
    return Small.substr(First, Small.find("\r\n", First) - First);
}

bool Number(std::string_view Text, int Base, std::size_t& Value)
{
    return std::from_chars(Text.data(), Text.data() + Text.size(), Value, Base).ec == std::errc();
}
} // namespace

std::string AuthorityOf(const std::string& Url)
{
    const std::size_t HostAt = Url.find("://") + 3;
    return Url.substr(HostAt, Url.find('/', HostAt) - HostAt);
}

std::string HttpText(const HttpRequest& Request, bool KeepsConnection)
{
    const std::size_t PathAt = Request.Url.find('/', Request.Url.find("://") + 3);
    return "POST " + Request.Url.substr(PathAt) + " HTTP/1.1\r\nHost: " + AuthorityOf(Request.Url) +
           (KeepsConnection ? "" : "\r\nConnection: close") + "\r\nContent-Type: " + Request.ContentType +
           "\r\nAuthorization: Bearer " + Request.Token + "\r\nContent-Length: " + std::to_string(Request.Body.size()) +
           "\r\n\r\n" + Request.Body;
}

bool HttpAnswer::Take(std::string_view Bytes, std::string& Body)
{
    Waiting += Bytes;
    for (bool IsStuck = false; !IsStuck && Part != Stage::Whole;)
    {
        if (!Step(Body, IsStuck))
        {
            return false;
        }
    }
    return true;
}

// Takes one part of what waits; stuck: it is not all there yet. Returns false if it is no HTTP.
bool HttpAnswer::Step(std::string& Body, bool& IsStuck)
{
    std::string Line;
    switch (Part)
    {
    case Stage::Head:
        IsStuck = Waiting.find("\r\n\r\n") == std::string::npos;
        return IsStuck ? Waiting.size() < LargestHead : TakeHead();
    case Stage::ChunkSize:
        IsStuck = Waiting.find("\r\n") == std::string::npos;
        return IsStuck ? Waiting.size() < LargestHead : TakeChunkSize();
    case Stage::ChunkEnd:
        IsStuck = !TakeLine(Line);
        Part = IsStuck ? Part : Stage::ChunkSize;
        return Line.empty();
    case Stage::Trailer:
        IsStuck = !TakeLine(Line);
        Part = !IsStuck && Line.empty() ? Stage::Whole : Part;
        return Waiting.size() < LargestHead;
    default:
        TakeBody(Body);
        IsStuck = Waiting.empty();
        return true;
    }
}

bool HttpAnswer::TakeLine(std::string& Line)
{
    const std::size_t End = Waiting.find("\r\n");
    if (End == std::string::npos)
    {
        return false;
    }
    Line = Waiting.substr(0, End);
    Waiting.erase(0, End + 2);
    return true;
}

bool HttpAnswer::TakeHead()
{
    const std::size_t End = Waiting.find("\r\n\r\n");
    const std::string Head = Waiting.substr(0, End + 2);
    Waiting.erase(0, End + 4);
    const std::size_t CodeAt = Head.find(' ');
    std::size_t Found = 0;
    if (Head.compare(0, 7, "HTTP/1.") != 0 || !Number(std::string_view(Head).substr(CodeAt + 1), 10, Found))
    {
        return false;
    }
    Code = static_cast<int>(Found);
    const std::string Length = ValueOf(Head, "content-length");
    if (ValueOf(Head, "transfer-encoding").find("chunked") != std::string::npos)
    {
        Part = Stage::ChunkSize;
        return true;
    }
    Part = Length.empty() ? Stage::Endless : Stage::Sized;
    if (Part == Stage::Sized && !Number(Length, 10, Left))
    {
        return false;
    }
    Part = Part == Stage::Sized && Left == 0 ? Stage::Whole : Part;
    return true;
}

bool HttpAnswer::TakeChunkSize()
{
    std::string Line;
    TakeLine(Line);
    if (!Number(Line, 16, Left))
    {
        return false;
    }
    Part = Left == 0 ? Stage::Trailer : Stage::Chunk;
    return true;
}

void HttpAnswer::TakeBody(std::string& Body)
{
    const std::size_t Count = Part == Stage::Endless ? Waiting.size() : std::min(Left, Waiting.size());
    Body.append(Waiting, 0, Count);
    Waiting.erase(0, Count);
    Left -= Part == Stage::Endless ? 0 : Count;
    if (Left == 0 && Part == Stage::Chunk)
    {
        Part = Stage::ChunkEnd;
    }
    else if (Left == 0 && Part == Stage::Sized)
    {
        Part = Stage::Whole;
    }
}
} // namespace RsaTalker
