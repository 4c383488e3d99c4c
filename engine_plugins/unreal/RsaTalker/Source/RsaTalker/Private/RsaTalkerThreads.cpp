// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerThreads.h"

#include <atomic>

#include "Async/Async.h"
#include "CoreMinimal.h"
#include "HAL/PlatformProcess.h"

#if !PLATFORM_WINDOWS
#include <signal.h>
#endif

namespace
{
std::atomic<int32> Threads{0};
std::atomic<bool> bLeaves{false};

// A sidecar that dies must not take the game with it: OpenSSL writes to its connection without MSG_NOSIGNAL.
void IgnoreBrokenPipes()
{
#if !PLATFORM_WINDOWS
    sigset_t Signals;
    sigemptyset(&Signals);
    sigaddset(&Signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &Signals, nullptr); // of this thread alone
#endif
}
} // namespace

void RunRsaTalkerApart(std::function<void()> Work)
{
    Threads.fetch_add(1);
    Async(EAsyncExecution::Thread,
          [Work = std::move(Work)]() mutable
          {
              IgnoreBrokenPipes();
              Work();
              Work = nullptr; // before this thread counts as ended: what it held goes by code of this module
              Threads.fetch_sub(1);
          });
}

bool IsRsaTalkerLeaving()
{
    return bLeaves.load(std::memory_order_relaxed);
}

void JoinRsaTalkerThreads()
{
    bLeaves.store(true, std::memory_order_relaxed);
    for (int32 Turn = 0; Threads.load() > 0 && Turn < 500; ++Turn)
    {
        FPlatformProcess::Sleep(0.01f);
    }
    bLeaves.store(false, std::memory_order_relaxed); // the module may be loaded again
}
