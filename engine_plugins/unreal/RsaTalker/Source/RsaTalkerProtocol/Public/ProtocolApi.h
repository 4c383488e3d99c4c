// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

// Unreal's build defines it to export a module's symbols; every other build leaves it empty.
#ifndef RSATALKERPROTOCOL_API
#define RSATALKERPROTOCOL_API
#endif
