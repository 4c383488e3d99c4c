// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using UnrealBuildTool;

public class RsaTalkerEditor : ModuleRules
{
	public RsaTalkerEditor(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		PrivateDependencyModuleNames.AddRange(new string[] {
			"Core", "CoreUObject", "Engine", "RsaTalker", "UnrealEd", "AssetRegistry", "MaterialEditor", "ToolMenus", "Slate", "SlateCore" });
	}
}
