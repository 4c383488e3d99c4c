// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Modules/ModuleManager.h"
#include "RsaTalkerLog.h"
#include "RsaTalkerThreads.h"

DEFINE_LOG_CATEGORY(LogRsaTalker);

/** The plugin's part in a game. */
class FRsaTalkerModule final : public IModuleInterface
{
public:
    virtual void ShutdownModule() override
    {
        JoinRsaTalkerThreads();
    }
};

IMPLEMENT_MODULE(FRsaTalkerModule, RsaTalker)
