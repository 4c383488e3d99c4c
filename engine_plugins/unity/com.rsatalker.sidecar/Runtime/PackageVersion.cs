// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar
{
    /// <summary>The version in package.json; a test compares them.</summary>
    internal static class PackageVersion
    {
        public const string Text = "0.1.0";
    }
}
