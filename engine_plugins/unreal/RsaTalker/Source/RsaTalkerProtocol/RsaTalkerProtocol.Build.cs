// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnrealBuildTool;

// The engine-free core: plain C++17, no Unreal type in it but the module's entry in Private/Engine.
public class RsaTalkerProtocol : ModuleRules
{
	public RsaTalkerProtocol(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.NoPCHs; // windows.h in some of its sources must not meet Unreal's names
		bUseUnity = false;              // sources have names of their own in anonymous namespaces
		PublicDependencyModuleNames.Add("Core");
		if (Target.Platform == UnrealTargetPlatform.Win64)
		{
			PublicSystemLibraries.Add("ws2_32.lib"); // LanBrowser's sockets
			PrivateDefinitions.Add("_CRT_SECURE_NO_WARNINGS=1"); // C's own names of files and variables, of which MSVC warns
		}
	}
}
