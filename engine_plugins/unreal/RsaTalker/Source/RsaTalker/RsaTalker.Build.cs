// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnrealBuildTool;

public class RsaTalker : ModuleRules
{
	public RsaTalker(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "Engine", "DeveloperSettings" });
		PrivateDependencyModuleNames.AddRange(new string[] {
			"RsaTalkerProtocol", "HTTP", "ImageWrapper", "LiveLinkInterface", "ProceduralMeshComponent", "RHI", "RenderCore" });
		AddEngineThirdPartyPrivateStaticDependencies(Target, "OpenSSL");
	}
}
