// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

/// <summary>What a package needs of its engine and what it offers, as the compiler understands it.</summary>
internal static class Members
{
    private static readonly string[] Messages = { "Awake", "Start", "Update", "LateUpdate", "FixedUpdate", "Reset" };

    private static readonly Dictionary<string, string> Operators = new Dictionary<string, string> // as pages are named
    {
        ["op_Addition"] = "add",
        ["op_Subtraction"] = "subtract",
        ["op_UnaryNegation"] = "subtract",
        ["op_Multiply"] = "multiply",
        ["op_Division"] = "divide",
        ["op_Equality"] = "eq",
        ["op_Inequality"] = "ne",
    };

    private static readonly SymbolDisplayFormat Shown = new SymbolDisplayFormat(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        memberOptions: SymbolDisplayMemberOptions.IncludeContainingType | SymbolDisplayMemberOptions.IncludeParameters,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeParamsRefOut,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    /// <summary>
    /// Members of assemblies whose names begin with Unity: called, read, overridden, inherited from, put on as an attribute,
    /// or declared as a message that the engine sends. Each with the name of its page in the reference, behind a tab.
    /// </summary>
    public static List<string> UsedOfEngines(Compilation compilation)
    {
        var used = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tree in compilation.SyntaxTrees)
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes())
            {
                used.UnionWith(NamedBy(node, model).Where(symbol => symbol != null).Select(Declared).Where(IsOfEngine));
                if (node is MethodDeclarationSyntax && MessageOf((IMethodSymbol)model.GetDeclaredSymbol(node)) is string message)
                {
                    lines.Add(message);
                }
            }
        }
        lines.UnionWith(used.Select(symbol => Written(symbol) + "\t" + Page(symbol)));
        return lines.ToList();
    }

    /// <summary>Public types and their public members: Type.Member, Type.Method(parameter, parameter), Enumeration:Value.</summary>
    public static List<string> Public(Compilation compilation)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        var types = compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes()
            .OfType<BaseTypeDeclarationSyntax>().Select(node => compilation.GetSemanticModel(tree).GetDeclaredSymbol(node)));
        foreach (var type in types.Where(type => type.DeclaredAccessibility == Accessibility.Public))
        {
            lines.Add(type.Name);
            var members = type.GetMembers().Where(member => member.DeclaredAccessibility == Accessibility.Public
                && member.CanBeReferencedByName && !member.IsOverride && !(member is ITypeSymbol));
            var dot = type.TypeKind == TypeKind.Enum ? ":" : ".";
            lines.UnionWith(members.Select(member => type.Name + dot + member.Name + (member is IMethodSymbol method
                ? "(" + string.Join(", ", method.Parameters.Select(parameter => parameter.Name)) + ")" : "")));
        }
        return lines.ToList();
    }

    private static IEnumerable<ISymbol> NamedBy(SyntaxNode node, SemanticModel model)
    {
        if (node is ExpressionSyntax expression)
        {
            var symbol = model.GetSymbolInfo(expression).Symbol;
            if (!(symbol is ITypeSymbol)) // types come with what is done with them
            {
                yield return symbol;
            }
            yield return model.GetConversion(expression).MethodSymbol;
        }
        else if (node is AttributeSyntax || node is ConstructorInitializerSyntax)
        {
            yield return model.GetSymbolInfo(node).Symbol;
        }
        else if (node is BaseTypeSyntax inherited)
        {
            yield return model.GetTypeInfo(inherited.Type).Type;
        }
        else if (node is MethodDeclarationSyntax && model.GetDeclaredSymbol(node) is IMethodSymbol { IsOverride: true } own)
        {
            yield return own.OverriddenMethod;
        }
    }

    // Where a member comes from: not what overrides it, nor what a type argument made of it.
    private static ISymbol Declared(ISymbol symbol)
    {
        switch (symbol)
        {
            case IMethodSymbol method when (method.ReducedFrom ?? method.OverriddenMethod) is IMethodSymbol other:
                return Declared(other);
            case IPropertySymbol property when property.OverriddenProperty is IPropertySymbol other:
                return Declared(other);
            default:
                return symbol.OriginalDefinition;
        }
    }

    private static bool IsOfEngine(ISymbol symbol)
    {
        var isBySide = symbol is IMethodSymbol { MethodKind: MethodKind.EventAdd } // the event stands for it
            || symbol is IMethodSymbol { MethodKind: MethodKind.EventRemove }
            || symbol is IMethodSymbol { MethodKind: MethodKind.BuiltinOperator } || symbol.Kind == SymbolKind.Namespace;
        return !isBySide && symbol.ContainingAssembly?.Name.StartsWith("Unity") == true;
    }

    // The engine calls such methods by their names, private ones as well.
    private static string MessageOf(IMethodSymbol method)
    {
        var isNamedSo = Messages.Contains(method.Name) || method.Name.StartsWith("On");
        var receiver = method.ContainingType.BaseType?.OriginalDefinition;
        if (method.IsStatic || method.IsOverride || !isNamedSo || receiver == null || !IsOfEngine(receiver))
        {
            return null;
        }
        var parameters = string.Join(", ", method.Parameters.Select(one => one.Type.ToDisplayString(Shown)));
        return receiver.Name + "." + method.Name + "(" + parameters + ")\t" + receiver.Name + "." + method.Name;
    }

    private static string Written(ISymbol symbol)
    {
        return symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } made && IsAttribute(made.ContainingType)
            ? "[" + symbol.ContainingType.Name.Replace("Attribute", "") + "]"
            : symbol.ToDisplayString(Shown);
    }

    private static string Page(ISymbol symbol)
    {
        var of = PageOf(symbol as INamedTypeSymbol ?? symbol.ContainingType);
        if (symbol is INamedTypeSymbol || of.StartsWith("XR.")) // the manuals of packages have a page for each type
        {
            return of;
        }
        switch (symbol)
        {
            case IEventSymbol _:
            case IMethodSymbol { MethodKind: MethodKind.Constructor } made when IsAttribute(made.ContainingType):
                return of;
            case IMethodSymbol { MethodKind: MethodKind.Constructor }:
                return of + "-ctor";
            case IMethodSymbol { MethodKind: MethodKind.Conversion } converted:
                return of + "-operator_" + converted.ReturnType.ToDisplayString(Shown);
            case IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator }:
                return of + "-operator_" + Operators[symbol.Name];
            case IPropertySymbol { IsIndexer: true }:
                return of + ".Index_operator";
            case IMethodSymbol _:
            case IFieldSymbol { ContainingType: { TypeKind: TypeKind.Enum } }:
                return of + "." + symbol.Name;
            default:
                return of + "-" + symbol.Name;
        }
    }

    // With its namespace, of which the reference leaves away what stands for the engine and its editor.
    private static string PageOf(INamedTypeSymbol type)
    {
        var outer = type.ContainingType != null ? PageOf(type.ContainingType) : type.ContainingNamespace.ToDisplayString();
        var left = outer.StartsWith("UnityEngine") || outer.StartsWith("UnityEditor") ? "UnityEngine".Length : 0;
        return (outer.Substring(left).TrimStart('.') + "." + type.MetadataName.Replace('`', '_')).TrimStart('.');
    }

    private static bool IsAttribute(INamedTypeSymbol type)
    {
        return type.BaseType?.Name == "Attribute";
    }
}
