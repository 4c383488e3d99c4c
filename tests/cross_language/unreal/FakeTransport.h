// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// A transport that keeps what was posted until the check answers it.

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "HttpTransport.h"
#include "JsonValue.h"

// What a sidecar says to GetInfo.
constexpr char Hello[] = R"({"protocolVersion": {"major": 1, "minor": 0}, "sidecarVersion": "0.1.0"})";

class FakeTransport : public RsaTalker::HttpTransport
{
public:
    struct Posted
    {
        RsaTalker::HttpRequest Request;
        std::function<void(const RsaTalker::HttpResponse&)> Done;
    };

    // For those who share it with others; the check owns it.
    std::shared_ptr<RsaTalker::HttpTransport> Shared()
    {
        return {std::shared_ptr<void>(), this};
    }

    void Post(RsaTalker::HttpRequest Request, std::function<void(const RsaTalker::HttpResponse&)> Done) override
    {
        Waiting.push_back({std::move(Request), std::move(Done)});
    }

    void Watch(RsaTalker::HttpRequest Request, std::shared_ptr<RsaTalker::StreamSink> Sink) override
    {
        Streams.emplace_back(std::move(Request), std::move(Sink));
    }

    void Repeat(RsaTalker::HttpRequest Request, double, std::shared_ptr<RsaTalker::PostSource> Source) override
    {
        Sources.emplace_back(std::move(Request), std::move(Source));
    }

    // Answers the oldest request; its method must end like this. Returns what was asked.
    RsaTalker::JsonValue Answer(const std::string& Method, int Status, const std::string& Body)
    {
        RsaTalker::JsonValue Asked;
        if (Waiting.empty() || Waiting.front().Request.Url.find(Method) == std::string::npos)
        {
            return Asked;
        }
        const Posted First = std::move(Waiting.front());
        Waiting.erase(Waiting.begin());
        RsaTalker::JsonValue::Parse(First.Request.Body, Asked);
        First.Done({Status, Body, ""});
        return Asked;
    }

    std::vector<Posted> Waiting;
    std::vector<std::pair<RsaTalker::HttpRequest, std::shared_ptr<RsaTalker::StreamSink>>> Streams;
    std::vector<std::pair<RsaTalker::HttpRequest, std::shared_ptr<RsaTalker::PostSource>>> Sources;
};
