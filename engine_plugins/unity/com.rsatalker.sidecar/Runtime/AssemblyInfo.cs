// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("RsaTalker.Sidecar.Editor")]
[assembly: InternalsVisibleTo("RsaTalker.Sidecar.Tests.PlayMode")]
