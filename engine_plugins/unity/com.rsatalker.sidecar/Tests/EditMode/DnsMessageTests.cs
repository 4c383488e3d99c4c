// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using System.Collections.Generic;
using System.Net;
using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class DnsMessageTests
    {
        [Test]
        public void QuestionIsNoAnswer()
        {
            Assert.IsNull(DnsMessage.Read(DnsMessage.Question(1)));
        }

        [Test]
        public void QuestionCarriesItsId()
        {
            var question = DnsMessage.Question(0x1234);
            Assert.AreEqual(0x12, question[0]);
            Assert.AreEqual(0x34, question[1]);
        }

        [Test]
        public void NameThatPointsToItselfIsLeftOut()
        {
            Assert.IsNull(DnsMessage.Read(new byte[] { 0, 0, 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 12, 0, 1 }));
        }

        [TestCase(4, true)]
        [TestCase(5, false)]
        public void NameLongerThanAnyIsIsLeftOut(int labels, bool isRead)
        {
            var answer = new List<byte> { 0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0 };
            for (var label = 0; label < labels; ++label)
            {
                answer.Add(60);
                answer.AddRange(new byte[60]);
            }
            answer.AddRange(new byte[] { 0, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 10, 0, 0, 7 });
            Assert.AreEqual(isRead, DnsMessage.Read(answer.ToArray()) != null);
        }

        [Test]
        public void AnswerThatIsCutOffIsLeftOut()
        {
            var cut = new byte[] { 0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 97 };
            for (var length = 0; length <= cut.Length; ++length)
            {
                var shorter = new byte[length];
                Array.Copy(cut, shorter, length);
                Assert.IsNull(DnsMessage.Read(shorter));
            }
        }

        [Test]
        public void AnnouncementIsRead()
        {
            var found = FoundSidecar.Read(IPAddress.Parse("10.0.0.7"), Entries());
            Assert.AreEqual("RSATalker 1a2b3c4d", found.Name);
            Assert.AreEqual("10.0.0.7:50552", found.HttpAddress);
            Assert.IsTrue(found.IsTls);
        }

        [TestCase("id", "../../et")]
        [TestCase("http", "70000")]
        [TestCase("proto", "-1")]
        [TestCase("txtvers", "2")]
        public void AnnouncementOfSomethingElseIsLeftOut(string name, string value)
        {
            var entries = Entries();
            entries[name] = value;
            Assert.IsNull(FoundSidecar.Read(IPAddress.Parse("10.0.0.7"), entries));
        }

        private static Dictionary<string, string> Entries()
        {
            return new Dictionary<string, string>
            {
                ["txtvers"] = "1", ["proto"] = "1", ["id"] = "1a2b3c4d", ["tls"] = "1", ["http"] = "50552",
            };
        }
    }
}
