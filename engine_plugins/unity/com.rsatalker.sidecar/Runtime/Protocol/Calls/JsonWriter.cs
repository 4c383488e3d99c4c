// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Globalization;
using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Writes the JSON of a request: names in camelCase, 64-bit numbers as strings, bytes in base64. Can be used again
    /// after Clear. One thread.
    /// </summary>
    public sealed class JsonWriter
    {
        private readonly StringBuilder _text = new StringBuilder("{");

        /// <summary>The object that was written; fields cannot be added to it any more.</summary>
        public override string ToString()
        {
            return _text.ToString() + "}";
        }

        /// <summary>Begins another object.</summary>
        public JsonWriter Clear()
        {
            _text.Clear().Append('{');
            return this;
        }

        public JsonWriter Field(string name, string value)
        {
            Name(name);
            Quote(value);
            return this;
        }

        public JsonWriter Field(string name, long value)
        {
            Name(name).Append('"').Append(value.ToString(CultureInfo.InvariantCulture)).Append('"');
            return this;
        }

        public JsonWriter Field(string name, ulong value)
        {
            Name(name).Append('"').Append(value.ToString(CultureInfo.InvariantCulture)).Append('"');
            return this;
        }

        public JsonWriter Field(string name, int value)
        {
            Name(name).Append(value.ToString(CultureInfo.InvariantCulture));
            return this;
        }

        public JsonWriter Field(string name, float value)
        {
            Name(name).Append(value.ToString("R", CultureInfo.InvariantCulture));
            return this;
        }

        public JsonWriter Field(string name, bool value)
        {
            Name(name).Append(value ? "true" : "false");
            return this;
        }

        public JsonWriter Field(string name, byte[] bytes, int start, int count)
        {
            Name(name).Append('"').Append(Convert.ToBase64String(bytes, start, count)).Append('"');
            return this;
        }

        public JsonWriter Field(string name, float[] values)
        {
            Name(name).Append('[');
            for (var index = 0; index < values.Length; ++index)
            {
                _text.Append(index == 0 ? "" : ",").Append(values[index].ToString("R", CultureInfo.InvariantCulture));
            }
            _text.Append(']');
            return this;
        }

        public JsonWriter Begin(string name)
        {
            Name(name).Append('{');
            return this;
        }

        public JsonWriter BeginList(string name)
        {
            Name(name).Append('[');
            return this;
        }

        /// <summary>Begins an object in a list.</summary>
        public JsonWriter BeginItem()
        {
            Separate().Append('{');
            return this;
        }

        public JsonWriter End()
        {
            _text.Append('}');
            return this;
        }

        public JsonWriter EndList()
        {
            _text.Append(']');
            return this;
        }

        private StringBuilder Name(string name)
        {
            return Separate().Append('"').Append(name).Append("\":");
        }

        private StringBuilder Separate()
        {
            var last = _text[_text.Length - 1];
            return last == '{' || last == '[' ? _text : _text.Append(',');
        }

        private void Quote(string value)
        {
            _text.Append('"');
            foreach (var letter in value)
            {
                if (letter == '"' || letter == '\\')
                {
                    _text.Append('\\').Append(letter);
                }
                else if (letter < ' ')
                {
                    _text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
                }
                else
                {
                    _text.Append(letter);
                }
            }
            _text.Append('"');
        }
    }
}
