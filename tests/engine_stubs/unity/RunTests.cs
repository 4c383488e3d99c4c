// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections;
using System.Linq;
using System.Reflection;
using NUnit.Framework;

/// <summary>Runs the tests of an assembly: a line each, "ok NAME" or "failed NAME: why".</summary>
internal static class RunTests
{
    private static int Main(string[] arguments)
    {
        var failures = 0;
        foreach (var type in Assembly.LoadFrom(arguments[0]).GetTypes().OrderBy(type => type.Name))
        {
            foreach (var method in type.GetMethods().Where(IsTest).OrderBy(method => method.Name))
            {
                foreach (var values in Cases(method))
                {
                    failures += Run(type, method, values) ? 0 : 1;
                }
            }
        }
        return failures == 0 ? 0 : 1;
    }

    private static bool IsTest(MethodInfo method)
    {
        return method.IsDefined(typeof(TestAttribute)) || method.IsDefined(typeof(TestCaseAttribute));
    }

    private static IEnumerable Cases(MethodInfo method)
    {
        var cases = method.GetCustomAttributes<TestCaseAttribute>().Select(one => one.Arguments).ToList();
        return cases.Count > 0 ? cases : (IEnumerable)new[] { new object[0] };
    }

    private static bool Run(Type type, MethodInfo method, object values)
    {
        var name = type.Name + "." + method.Name;
        try
        {
            var instance = Activator.CreateInstance(type);
            Call<SetUpAttribute>(instance);
            try
            {
                var given = ((object[])values).Zip(
                    method.GetParameters(), (value, parameter) => Convert.ChangeType(value, parameter.ParameterType));
                method.Invoke(instance, given.ToArray());
            }
            finally
            {
                Call<TearDownAttribute>(instance);
            }
            Console.WriteLine("ok " + name);
            return true;
        }
        catch (TargetInvocationException failure)
        {
            Console.WriteLine("failed " + name + ": " + failure.InnerException);
            return false;
        }
    }

    private static void Call<T>(object instance)
        where T : Attribute
    {
        foreach (var method in instance.GetType().GetMethods().Where(method => method.IsDefined(typeof(T))))
        {
            method.Invoke(instance, null);
        }
    }
}
