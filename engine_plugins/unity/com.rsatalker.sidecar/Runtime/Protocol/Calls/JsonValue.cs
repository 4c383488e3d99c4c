// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System.Collections.Generic;
using System.Globalization;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// A value of a JSON text. What is missing, or of another kind, reads as nothing: 0, false, "" or an empty list, as in
    /// protobuf. Immutable; any thread.
    /// </summary>
    public sealed class JsonValue
    {
        /// <summary>What stands for a field that is not there.</summary>
        public static readonly JsonValue Missing = new JsonValue(null);

        private static readonly List<JsonValue> NoItems = new List<JsonValue>();
        private readonly object _value; // null, bool, string (also of numbers), List<JsonValue> or Dictionary

        internal JsonValue(object value)
        {
            _value = value;
        }

        /// <summary>Whether there is a value and it is not null.</summary>
        public bool Exists => _value != null;

        /// <summary>A field of an object.</summary>
        public JsonValue this[string name] =>
            _value is Dictionary<string, JsonValue> fields && fields.TryGetValue(name, out var found) ? found : Missing;

        /// <summary>The items of an array.</summary>
        public IReadOnlyList<JsonValue> Items => _value as List<JsonValue> ?? NoItems;

        /// <summary>Names of an object's fields.</summary>
        public IEnumerable<string> Names =>
            _value is Dictionary<string, JsonValue> fields ? fields.Keys : (IEnumerable<string>)new string[0];

        /// <summary>Text, and numbers as they were written.</summary>
        public string Text => _value as string ?? "";

        public bool Flag => _value is bool flag && flag;

        /// <summary>An integer, whether it is written as a number or, as 64-bit ones are, as a string.</summary>
        public long Integer
        {
            get
            {
                if (long.TryParse(Text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var integer))
                {
                    return integer;
                }
                return (long)Number;
            }
        }

        public double Number =>
            double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;

        /// <summary>The items as numbers.</summary>
        public float[] Numbers
        {
            get
            {
                var numbers = new float[Items.Count];
                for (var index = 0; index < numbers.Length; ++index)
                {
                    numbers[index] = (float)Items[index].Number;
                }
                return numbers;
            }
        }
    }
}
