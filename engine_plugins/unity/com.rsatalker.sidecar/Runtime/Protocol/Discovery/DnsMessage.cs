// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Net;
using System.Text;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// The few kinds of records of multicast DNS (RFC 6762, 6763) that tell of a service. Anybody may send anything: what
    /// cannot be read is left out. One thread.
    /// </summary>
    internal sealed class DnsMessage
    {
        public const string Service = "_rsatalker._tcp.local";

        private const int MostRecords = 256;
        private const int MostJumps = 16; // pointers in one name
        private const int LongestName = 255; // letters (RFC 1035, 2.3.4)
        private const ushort TypeA = 1, TypePtr = 12, TypeTxt = 16, TypeAaaa = 28, TypeSrv = 33; // RFC 1035, 2782, 3596
        private const ushort ClassIn = 1;

        private readonly byte[] _bytes;
        private int _at;

        /// <summary>Where each instance listens.</summary>
        public readonly Dictionary<string, (string Host, int Port)> Places =
            new Dictionary<string, (string, int)>(StringComparer.OrdinalIgnoreCase);

        /// <summary>What each instance says about itself.</summary>
        public readonly Dictionary<string, Dictionary<string, string>> Texts =
            new Dictionary<string, Dictionary<string, string>>(StringComparer.OrdinalIgnoreCase);

        public readonly Dictionary<string, IPAddress> Addresses =
            new Dictionary<string, IPAddress>(StringComparer.OrdinalIgnoreCase);

        /// <summary>Instances of the service, in the order in which they were named.</summary>
        public readonly List<string> Instances = new List<string>();

        private DnsMessage(byte[] bytes)
        {
            _bytes = bytes;
        }

        /// <summary>
        /// Returns the question for a record of a name; type PTR asks who offers a service. Each question needs an id of
        /// its own: responders leave out what looks like a packet that they have just answered.
        /// </summary>
        public static byte[] Question(ushort id, string name = Service, ushort type = TypePtr)
        {
            var bytes = new List<byte> { (byte)(id >> 8), (byte)id, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
            foreach (var label in name.Split('.'))
            {
                bytes.Add((byte)label.Length);
                bytes.AddRange(Encoding.ASCII.GetBytes(label));
            }
            bytes.AddRange(new byte[] { 0, (byte)(type >> 8), (byte)type, 0, (byte)ClassIn });
            return bytes.ToArray();
        }

        /// <summary>Returns what an answer tells; null if it is none.</summary>
        public static DnsMessage Read(byte[] bytes)
        {
            var message = new DnsMessage(bytes);
            try
            {
                return message.ReadAll() ? message : null;
            }
            catch (Exception error) when (error is IndexOutOfRangeException || error is ArgumentException)
            {
                return null;
            }
        }

        private bool ReadAll()
        {
            var isAnswer = (_bytes[2] & 0x80) != 0;
            int questions = UInt16At(4), records = UInt16At(6) + UInt16At(8) + UInt16At(10);
            if (!isAnswer || questions > MostRecords || records > MostRecords)
            {
                return false;
            }
            _at = 12;
            for (var index = 0; index < questions; ++index)
            {
                Name();
                _at += 4;
            }
            for (var index = 0; index < records; ++index)
            {
                Record();
            }
            return true;
        }

        private void Record()
        {
            var name = Name();
            var type = UInt16At(_at);
            var end = _at + 10 + UInt16At(_at + 8);
            _at += 10;
            if (type == TypePtr && name.Equals(Service, StringComparison.OrdinalIgnoreCase))
            {
                Instances.Add(Name());
            }
            else if (type == TypeSrv)
            {
                int port = UInt16At(_at + 4);
                _at += 6;
                Places[name] = (Name(), port);
            }
            else if (type == TypeTxt)
            {
                Texts[name] = Entries(end);
            }
            else if (type == TypeA || (type == TypeAaaa && !Addresses.ContainsKey(name)))
            {
                var address = new byte[end - _at];
                Array.Copy(_bytes, _at, address, 0, address.Length);
                Addresses[name] = new IPAddress(address);
            }
            _at = end;
        }

        private Dictionary<string, string> Entries(int end)
        {
            var entries = new Dictionary<string, string>();
            while (_at < end)
            {
                int length = _bytes[_at];
                var entry = Encoding.ASCII.GetString(_bytes, _at + 1, length);
                var equals = entry.IndexOf('=');
                if (equals > 0)
                {
                    entries[entry.Substring(0, equals)] = entry.Substring(equals + 1);
                }
                _at += 1 + length;
            }
            return entries;
        }

        private string Name()
        {
            var name = new StringBuilder();
            var end = -1;
            for (var jumps = 0; _bytes[_at] != 0;)
            {
                int length = _bytes[_at];
                if (length >= 0xC0) // the rest of the name stands elsewhere
                {
                    end = end < 0 ? _at + 2 : end;
                    _at = UInt16At(_at) & 0x3FFF;
                    if (++jumps > MostJumps)
                    {
                        throw new ArgumentException("a name that never ends");
                    }
                    continue;
                }
                name.Append(name.Length > 0 ? "." : "").Append(Encoding.UTF8.GetString(_bytes, _at + 1, length));
                _at += 1 + length;
                if (name.Length > LongestName)
                {
                    throw new ArgumentException("a name longer than any is");
                }
            }
            _at = end < 0 ? _at + 1 : end;
            return name.ToString();
        }

        private ushort UInt16At(int offset)
        {
            return (ushort)((_bytes[offset] << 8) | _bytes[offset + 1]);
        }
    }
}
