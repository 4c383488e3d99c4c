// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Reads JSON texts (RFC 8259). Unity's JsonUtility needs the engine and a class for each message.</summary>
    public sealed class JsonReader
    {
        private const int DeepestNesting = 64; // answers of a sidecar have 6

        private readonly string _text;
        private int _at;

        private JsonReader(string text)
        {
            _text = text;
        }

        /// <summary>Returns what a text says.</summary>
        /// <exception cref="FormatException">It is no JSON; the message says where.</exception>
        public static JsonValue Read(string text)
        {
            var reader = new JsonReader(text);
            var value = reader.Value(0);
            reader.SkipSpace();
            if (reader._at != text.Length)
            {
                throw reader.Wrong("the end");
            }
            return value;
        }

        private JsonValue Value(int depth)
        {
            if (depth > DeepestNesting)
            {
                throw Wrong("fewer nested values");
            }
            SkipSpace();
            switch (Peek())
            {
                case '{':
                    return Fields(depth);
                case '[':
                    return Items(depth);
                case '"':
                    return new JsonValue(QuotedText());
                case 't':
                    return Word("true", true);
                case 'f':
                    return Word("false", false);
                case 'n':
                    return Word("null", null);
                default:
                    return new JsonValue(NumberText());
            }
        }

        private JsonValue Fields(int depth)
        {
            var fields = new Dictionary<string, JsonValue>();
            ++_at;
            while (!Closes('}', fields.Count > 0))
            {
                var name = QuotedText();
                Demand(':');
                fields[name] = Value(depth + 1);
            }
            return new JsonValue(fields);
        }

        private JsonValue Items(int depth)
        {
            var items = new List<JsonValue>();
            ++_at;
            while (!Closes(']', items.Count > 0))
            {
                items.Add(Value(depth + 1));
            }
            return new JsonValue(items);
        }

        // Takes the bracket that closes; otherwise the comma, unless the first entry comes.
        private bool Closes(char bracket, bool hasEntries)
        {
            SkipSpace();
            if (Peek() == bracket)
            {
                ++_at;
                return true;
            }
            if (hasEntries)
            {
                Demand(',');
            }
            SkipSpace();
            return false;
        }

        private string QuotedText()
        {
            Demand('"');
            var end = _text.IndexOf('"', _at);
            if (end >= 0 && _text.IndexOf('\\', _at, end - _at) < 0) // nearly always, and then at once: pictures are long
            {
                var plain = _text.Substring(_at, end - _at);
                _at = end + 1;
                return plain;
            }
            var text = new StringBuilder();
            while (Peek() != '"')
            {
                text.Append(_text[_at] == '\\' ? Escaped() : _text[_at++]);
            }
            ++_at;
            return text.ToString();
        }

        private char Escaped()
        {
            _at += 2;
            if (_at > _text.Length)
            {
                throw Wrong("an escaped letter");
            }
            var letter = _text[_at - 1];
            if (letter == 'u')
            {
                _at += 4;
                if (_at <= _text.Length && ushort.TryParse(
                    _text.Substring(_at - 4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                {
                    return (char)unit;
                }
                throw Wrong("four hex digits");
            }
            var known = "\"\\/bfnrt".IndexOf(letter);
            return known >= 0 ? "\"\\/\b\f\n\r\t"[known] : throw Wrong("an escape of JSON");
        }

        private string NumberText()
        {
            var start = _at;
            while (_at < _text.Length && "+-.eE0123456789".IndexOf(_text[_at]) >= 0)
            {
                ++_at;
            }
            var number = _text.Substring(start, _at - start);
            return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                ? number
                : throw Wrong("a value");
        }

        private JsonValue Word(string word, object value)
        {
            if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0)
            {
                throw Wrong("a value");
            }
            _at += word.Length;
            return new JsonValue(value);
        }

        private void SkipSpace()
        {
            while (_at < _text.Length && " \t\r\n".IndexOf(_text[_at]) >= 0)
            {
                ++_at;
            }
        }

        private char Peek()
        {
            return _at < _text.Length ? _text[_at] : throw Wrong("more text");
        }

        private void Demand(char letter)
        {
            SkipSpace();
            if (Peek() != letter)
            {
                throw Wrong("'" + letter + "'");
            }
            ++_at;
        }

        private FormatException Wrong(string expected)
        {
            return new FormatException("The answer is no JSON: at letter " + _at + " there should be " + expected + ".");
        }
    }
}
