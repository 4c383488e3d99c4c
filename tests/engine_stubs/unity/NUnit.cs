// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace NUnit.Framework
{
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class TestCaseAttribute : Attribute
    {
        public object[] Arguments { get; }

        public TestCaseAttribute(params object[] arguments)
        {
            Arguments = arguments;
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SetUpAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TearDownAttribute : Attribute
    {
    }

    public sealed class AssertionException : Exception
    {
        public AssertionException(string message)
            : base(message)
        {
        }
    }

    /// <summary>The few assertions that the package's tests use.</summary>
    public static class Assert
    {
        public static void AreEqual(object expected, object actual)
        {
            Demand(Same(expected, actual), "expected " + Shown(expected) + ", found " + Shown(actual));
        }

        public static void AreEqual(double expected, double actual, double delta)
        {
            Demand(Math.Abs(expected - actual) <= delta, "expected " + expected + " +- " + delta + ", found " + actual);
        }

        public static void IsTrue(bool condition)
        {
            Demand(condition, "expected true");
        }

        public static void IsFalse(bool condition)
        {
            Demand(!condition, "expected false");
        }

        public static void IsNull(object found)
        {
            Demand(found == null, "expected null, found " + found);
        }

        public static void IsNotNull(object found)
        {
            Demand(found != null, "expected something, found null");
        }

        public static void Less(double first, double second)
        {
            Demand(first < second, "expected less than " + second + ", found " + first);
        }

        public static void Greater(double first, double second)
        {
            Demand(first > second, "expected more than " + second + ", found " + first);
        }

        public static T Throws<T>(Action action)
            where T : Exception
        {
            try
            {
                action();
            }
            catch (T expected)
            {
                return expected;
            }
            throw new AssertionException("expected " + typeof(T).Name + ", nothing was thrown");
        }

        private static void Demand(bool condition, string message)
        {
            if (!condition)
            {
                throw new AssertionException(message);
            }
        }

        private static bool Same(object expected, object actual)
        {
            if (expected is Array wanted && actual is Array found)
            {
                var isSame = wanted.Length == found.Length;
                for (var index = 0; isSame && index < wanted.Length; ++index)
                {
                    isSame = Same(wanted.GetValue(index), found.GetValue(index));
                }
                return isSame;
            }
            var areNumbers = expected is IConvertible && actual is IConvertible && !(expected is string)
                && !(expected is bool) && !(expected is Enum);
            return areNumbers ? Convert.ToDouble(expected) == Convert.ToDouble(actual) : Equals(expected, actual);
        }

        private static string Shown(object value)
        {
            return value is Array items ? "[" + string.Join(", ", System.Linq.Enumerable.Cast<object>(items)) + "]" : "" + value;
        }
    }
}
