// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#pragma once

#include <functional>

/** Runs what waits or takes long on a thread of its own. Game thread. */
void RunRsaTalkerApart(std::function<void()> Work);

/** Whether the plugin is going, so that such a thread must not wait any longer. Any thread. */
bool IsRsaTalkerLeaving();

/** Lets those threads end and waits for it, so that their code may be unloaded; some seconds at most. Game thread. */
void JoinRsaTalkerThreads();
