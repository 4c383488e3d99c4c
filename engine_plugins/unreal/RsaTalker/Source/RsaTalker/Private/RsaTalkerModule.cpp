// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Modules/ModuleManager.h"
#include "RsaTalkerLog.h"

DEFINE_LOG_CATEGORY(LogRsaTalker);

IMPLEMENT_MODULE(FDefaultModuleImpl, RsaTalker)
