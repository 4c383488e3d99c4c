// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// What is left of a play session.

#pragma once

#include "JsonWriter.h"

// Tells how many objects, mapped regions, threads, open files, tickers and Live Link subjects there are.
void TellLeftovers(RsaTalker::JsonWriter& Json);
