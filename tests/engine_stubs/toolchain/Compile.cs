// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.
//
// csc of Roslyn 3.10, which its npm package brings as a library only. Reads lines of a verb and csc's arguments,
// separated by tabs; answers each with lines and a last one, "ok" or "failed". A compiler that stays is ten times as fast.
//
//     compile    writes the assembly; answers with its diagnostics
//     used       writes nothing; answers with the members of engines that the sources use (Members.cs)
//     public     writes nothing; answers with the public members that the sources declare

using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

internal static class Compile
{
    private static void Main()
    {
        for (var line = Console.ReadLine(); line != null; line = Console.ReadLine())
        {
            var words = line.Split('\t');
            Console.WriteLine(Answer(words[0], words.Skip(1).ToArray()) ? "ok" : "failed");
        }
    }

    private static bool Answer(string verb, string[] arguments)
    {
        var parsed = CSharpCommandLineParser.Default.Parse(arguments, Directory.GetCurrentDirectory(), null);
        var trees = parsed.SourceFiles.Select(file => CSharpSyntaxTree.ParseText(
            SourceText.From(File.ReadAllText(file.Path), Encoding.UTF8), parsed.ParseOptions, file.Path));
        var references = parsed.MetadataReferences.Select(one => MetadataReference.CreateFromFile(one.Reference));
        var compilation = CSharpCompilation.Create(
            parsed.CompilationName, trees, references, parsed.CompilationOptions);
        if (verb != "compile")
        {
            var members = verb == "used" ? Members.UsedOfEngines(compilation) : Members.Public(compilation);
            members.ForEach(Console.WriteLine);
            return members.Count > 0;
        }
        var result = compilation.Emit(Path.Combine(parsed.OutputDirectory, parsed.OutputFileName));
        var shown = parsed.Errors.Concat(result.Diagnostics)
            .Where(one => one.Severity >= DiagnosticSeverity.Warning && !one.IsSuppressed);
        foreach (var diagnostic in shown)
        {
            Console.WriteLine(diagnostic);
        }
        return result.Success && !parsed.Errors.Any();
    }
}
