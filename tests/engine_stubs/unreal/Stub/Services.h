// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// HTTP that really sends, Live Link that keeps what is pushed, files and processes.

#pragma once

#include "World.h"

class IHttpResponse
{
public:
    int32 GetResponseCode() const
    {
        return Code;
    }

    const TArray<uint8>& GetContent() const
    {
        return Content;
    }

    int32 Code = 0;
    TArray<uint8> Content;
};

// Threads, and calls on the game's.
enum class EAsyncExecution
{
    Thread,
};

namespace ENamedThreads
{
enum Type
{
    GameThread,
};
} // namespace ENamedThreads

void Async(EAsyncExecution Execution, std::function<void()> Call);
void AsyncTask(ENamedThreads::Type Thread, std::function<void()> Call);

class IHttpRequest;
using FHttpRequestPtr = TSharedPtr<IHttpRequest, ESPMode::ThreadSafe>;
using FHttpResponsePtr = TSharedPtr<IHttpResponse, ESPMode::ThreadSafe>;

class FHttpRequestCompleteDelegate
{
public:
    void BindLambda(std::function<void(FHttpRequestPtr, FHttpResponsePtr, bool)> InCall)
    {
        Call = std::move(InCall);
    }

    std::function<void(FHttpRequestPtr, FHttpResponsePtr, bool)> Call;
};

class IHttpRequest : public std::enable_shared_from_this<IHttpRequest>
{
public:
    void SetURL(const FString& InUrl)
    {
        Url = TCHAR_TO_UTF8(*InUrl);
    }

    void SetVerb(const FString& InVerb)
    {
        Verb = TCHAR_TO_UTF8(*InVerb);
    }

    void SetHeader(const FString& Name, const FString& Value)
    {
        Headers += StubUtf8(*Name) + ": " + StubUtf8(*Value) + "\r\n";
    }

    void SetTimeout(float Seconds)
    {
        TimeoutS = Seconds;
    }

    void SetActivityTimeout(float Seconds)
    {
        SilenceS = Seconds;
    }

    void SetContent(TArray<uint8>&& Content)
    {
        Body.assign(reinterpret_cast<const char*>(Content.GetData()), static_cast<std::size_t>(Content.Num()));
    }

    FHttpRequestCompleteDelegate& OnProcessRequestComplete()
    {
        return Complete;
    }

    bool ProcessRequest();

    std::string Url, Verb, Headers, Body;
    float TimeoutS = 0;
    float SilenceS = 30; // without a byte from the other side, as in newer engines
    FHttpRequestCompleteDelegate Complete;
};

class FHttpModule
{
public:
    static FHttpModule& Get();

    TSharedRef<IHttpRequest, ESPMode::ThreadSafe> CreateRequest()
    {
        return std::make_shared<IHttpRequest>();
    }

    void StubTick();  // completes what has been answered, on the caller's thread: the game's
    void StubDrain(); // waits for what is on its way
};

// Live Link.
struct FGuid
{
    int32 Value = 0;
};

struct FLiveLinkSubjectKey
{
    FLiveLinkSubjectKey(const FGuid& InSource, FName InSubject) : Source(InSource), Subject(InSubject)
    {
    }

    FGuid Source;
    FName Subject;
};

struct UScriptStruct
{
};

struct FLiveLinkBaseStaticData
{
    static UScriptStruct* StaticStruct()
    {
        return nullptr;
    }

    TArray<FName> PropertyNames;
};

struct FLiveLinkWorldTime
{
    FLiveLinkWorldTime(double InSeconds = 0) : Seconds(InSeconds)
    {
    }

    double Seconds;
};

struct FLiveLinkBaseFrameData
{
    static UScriptStruct* StaticStruct()
    {
        return nullptr;
    }

    FLiveLinkWorldTime WorldTime;
    TArray<float> PropertyValues;
};

template <class Data> struct TStubLiveLinkStruct
{
    explicit TStubLiveLinkStruct(UScriptStruct*)
    {
    }

    template <class Wanted> Wanted* Cast()
    {
        return &Value;
    }

    Data Value;
};

using FLiveLinkStaticDataStruct = TStubLiveLinkStruct<FLiveLinkBaseStaticData>;
using FLiveLinkFrameDataStruct = TStubLiveLinkStruct<FLiveLinkBaseFrameData>;

class ULiveLinkRole : public UObject
{
};

class ULiveLinkBasicRole : public ULiveLinkRole
{
public:
    static UClass* StaticClass()
    {
        static UClass Class{"LiveLinkBasicRole"};
        return &Class;
    }
};

class ILiveLinkClient;

class ILiveLinkSource
{
public:
    virtual ~ILiveLinkSource() = default;
    virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) = 0;
    virtual bool IsSourceStillValid() const = 0;
    virtual bool RequestSourceShutdown() = 0;
    virtual FText GetSourceType() const = 0;
    virtual FText GetSourceMachineName() const = 0;
    virtual FText GetSourceStatus() const = 0;
};

class IModularFeature
{
};

class ILiveLinkClient : public IModularFeature
{
public:
    static FName ModularFeatureName;

    FGuid AddSource(TSharedPtr<ILiveLinkSource> Source);
    void PushSubjectStaticData_AnyThread(const FLiveLinkSubjectKey& Key, TSubclassOf<ULiveLinkRole> Role,
                                         FLiveLinkStaticDataStruct&& Data);
    void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& Key, FLiveLinkFrameDataStruct&& Data);
    void RemoveSubject_AnyThread(const FLiveLinkSubjectKey& Key);

    struct Subject
    {
        TArray<FName> Names;
        TArray<float> Values;
        int64 Frames = 0;
    };

    std::map<FName, Subject> Subjects;
    std::vector<TSharedPtr<ILiveLinkSource>> Sources;
};

class IModularFeatures
{
public:
    static IModularFeatures& Get();

    bool IsModularFeatureAvailable(FName) const
    {
        return bHasLiveLink;
    }

    template <class T> T& GetModularFeature(FName)
    {
        return LiveLink;
    }

    ILiveLinkClient LiveLink;
    bool bHasLiveLink = true;
};

// Files and processes.
struct FPlatformTime
{
    static double Seconds();
};

struct FPlatformMisc
{
    static FString GetEnvironmentVariable(const TCHAR* Name);
};

struct FPaths
{
    static bool FileExists(const FString& File);

    static FString Combine(const FString& Folder, const FString& Name)
    {
        return Folder + TEXT("/") + Name;
    }
};

struct FProcHandle
{
    bool IsValid() const
    {
        return Pid > 0;
    }

    int Pid = 0;
};

struct FPlatformProcess
{
    static uint32 GetCurrentProcessId();
    static void Sleep(float Seconds);
    static FProcHandle CreateProc(const TCHAR* Program, const TCHAR* Arguments, bool bDetached, bool bHidden,
                                  bool bReallyHidden, uint32* ProcessId, int32 Priority, const TCHAR* Folder,
                                  void* PipeWrite);

    static bool IsProcRunning(FProcHandle& Handle);

    static void CloseProc(FProcHandle& Handle)
    {
        Handle.Pid = 0;
    }
};

class FEngineVersion
{
public:
    static FEngineVersion Current()
    {
        return {};
    }

    FString ToString() const
    {
        return TEXT("5.4.0-stub");
    }
};

// The game's loop, for the test.
struct FStubEngine
{
    UWorld* World = nullptr;

    void BeginPlay();
    void Tick(float DeltaSeconds);
    void Travel();                             // another map: a new world in the same game
    void EndPlay(EEndPlayReason::Type Reason); // ends all, as Stop in the editor does
};
