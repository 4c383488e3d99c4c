// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Services.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace
{
struct Mailbox
{
    std::mutex Mutex;
    std::vector<std::function<void()>> Calls; // for the game thread
    std::vector<std::thread> Threads;         // of the game thread alone
};

Mailbox& TheMailbox()
{
    static Mailbox Only;
    return Only;
}

int Connected(const std::string& Host, const std::string& Port, float TimeoutS)
{
    addrinfo Hints{};
    Hints.ai_socktype = SOCK_STREAM;
    addrinfo* Found = nullptr;
    if (getaddrinfo(Host.c_str(), Port.c_str(), &Hints, &Found) != 0)
    {
        return -1;
    }
    const int Socket = socket(Found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval Limit{static_cast<time_t>(TimeoutS), 0};
    setsockopt(Socket, SOL_SOCKET, SO_RCVTIMEO, &Limit, sizeof(Limit));
    const bool bConnected = connect(Socket, Found->ai_addr, Found->ai_addrlen) == 0;
    freeaddrinfo(Found);
    if (!bConnected)
    {
        close(Socket);
        return -1;
    }
    return Socket;
}

// The whole of a request and its answer, until the server closes.
std::string Exchanged(const IHttpRequest& Request)
{
    const std::size_t HostAt = Request.Url.find("://") + 3;
    const std::size_t PathAt = Request.Url.find('/', HostAt);
    const std::string Authority = Request.Url.substr(HostAt, PathAt - HostAt);
    const std::size_t Colon = Authority.rfind(':');
    const int Socket = Connected(Authority.substr(0, Colon), Authority.substr(Colon + 1),
                                 std::min(Request.TimeoutS, Request.SilenceS));
    if (Socket < 0)
    {
        return "";
    }
    std::string Text = Request.Verb + " " + Request.Url.substr(PathAt) + " HTTP/1.1\r\nHost: " + Authority +
                       "\r\nConnection: close\r\nContent-Length: " + std::to_string(Request.Body.size()) + "\r\n" +
                       Request.Headers + "\r\n" + Request.Body;
    for (std::size_t Sent = 0; Sent < Text.size();)
    {
        const ssize_t Taken = send(Socket, Text.data() + Sent, Text.size() - Sent, MSG_NOSIGNAL);
        if (Taken <= 0)
        {
            break;
        }
        Sent += static_cast<std::size_t>(Taken);
    }
    std::string Received;
    char Part[65536];
    ssize_t Count = 0;
    while ((Count = recv(Socket, Part, sizeof(Part), 0)) > 0 ||
           (Count < 0 && errno == EINTR)) // once halted, it goes on
    {
        Received.append(Part, static_cast<std::size_t>(std::max(Count, ssize_t{0})));
    }
    close(Socket);
    return Received;
}
} // namespace

void Async(EAsyncExecution, std::function<void()> Call)
{
    TheMailbox().Threads.emplace_back(std::move(Call));
}

void AsyncTask(ENamedThreads::Type, std::function<void()> Call)
{
    const std::lock_guard<std::mutex> Lock(TheMailbox().Mutex);
    TheMailbox().Calls.push_back(std::move(Call));
}

bool IHttpRequest::ProcessRequest()
{
    const FHttpRequestPtr Self = shared_from_this();
    Async(EAsyncExecution::Thread,
          [Self]
          {
              const std::string Text = Exchanged(*Self);
              const std::size_t BodyAt = Text.find("\r\n\r\n");
              FHttpResponsePtr Response;
              if (BodyAt != std::string::npos)
              {
                  Response = std::make_shared<IHttpResponse>();
                  Response->Code = std::atoi(Text.c_str() + Text.find(' '));
                  const std::string Rest = Text.substr(BodyAt + 4);
                  Response->Content.Append(reinterpret_cast<const uint8*>(Rest.data()),
                                           static_cast<int32>(Rest.size()));
              }
              AsyncTask(ENamedThreads::GameThread,
                        [Self, Response] { Self->Complete.Call(Self, Response, Response.IsValid()); });
          });
    return true;
}

FHttpModule& FHttpModule::Get()
{
    static FHttpModule Only;
    return Only;
}

void FHttpModule::StubTick()
{
    std::vector<std::function<void()>> Ready;
    {
        const std::lock_guard<std::mutex> Lock(TheMailbox().Mutex);
        Ready.swap(TheMailbox().Calls);
    }
    for (const std::function<void()>& Each : Ready)
    {
        Each();
    }
}

void FHttpModule::StubDrain()
{
    while (!TheMailbox().Threads.empty()) // an answer may lead to another request
    {
        const auto Threads = std::move(TheMailbox().Threads);
        TheMailbox().Threads.clear();
        for (const std::thread& Each : Threads)
        {
            const_cast<std::thread&>(Each).join();
        }
        StubTick();
    }
}

FName ILiveLinkClient::ModularFeatureName = TEXT("ModularFeatureLiveLinkClient");

IModularFeatures& IModularFeatures::Get()
{
    static IModularFeatures Only;
    return Only;
}

FGuid ILiveLinkClient::AddSource(TSharedPtr<ILiveLinkSource> Source)
{
    Sources.push_back(Source);
    const FGuid Made{static_cast<int32>(Sources.size())};
    Source->ReceiveClient(this, Made);
    return Made;
}

void ILiveLinkClient::PushSubjectStaticData_AnyThread(const FLiveLinkSubjectKey& Key, TSubclassOf<ULiveLinkRole>,
                                                      FLiveLinkStaticDataStruct&& Data)
{
    Subjects[Key.Subject].Names = Data.Value.PropertyNames;
}

void ILiveLinkClient::PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& Key, FLiveLinkFrameDataStruct&& Data)
{
    Subject& Changed = Subjects.at(Key.Subject); // static data comes first
    Changed.Values = Data.Value.PropertyValues;
    ++Changed.Frames;
}

void ILiveLinkClient::RemoveSubject_AnyThread(const FLiveLinkSubjectKey& Key)
{
    Subjects.erase(Key.Subject);
}

double FPlatformTime::Seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

FString FPlatformMisc::GetEnvironmentVariable(const TCHAR* Name)
{
    const char* Value = std::getenv(StubUtf8(Name).c_str());
    return UTF8_TO_TCHAR(Value != nullptr ? Value : "");
}

bool FPaths::FileExists(const FString& File)
{
    struct stat Status;
    return stat(StubUtf8(*File).c_str(), &Status) == 0 && S_ISREG(Status.st_mode);
}

void FPlatformProcess::Sleep(float Seconds)
{
    std::this_thread::sleep_for(std::chrono::duration<float>(Seconds));
}

uint32 FPlatformProcess::GetCurrentProcessId()
{
    return static_cast<uint32>(getpid());
}

bool FPlatformProcess::IsProcRunning(FProcHandle& Handle)
{
    return Handle.Pid > 0 && waitpid(Handle.Pid, nullptr, WNOHANG) == 0;
}

FProcHandle FPlatformProcess::CreateProc(const TCHAR* Program, const TCHAR* Arguments, bool, bool, bool, uint32*, int32,
                                         const TCHAR*, void*)
{
    const std::string Line = "exec " + StubUtf8(Program) + " " + StubUtf8(Arguments) + " >/dev/null 2>&1";
    const pid_t Child = fork();
    if (Child == 0)
    {
        execl("/bin/sh", "sh", "-c", Line.c_str(), nullptr);
        _exit(127);
    }
    return {static_cast<int>(Child)};
}
