// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;
using NUnit.Framework;
using RsaTalker.Sidecar.Protocol;

namespace RsaTalker.Sidecar.Tests
{
    public sealed class JsonTests
    {
        [Test]
        public void ReadsWhatTheWriterWrote()
        {
            var writer = new JsonWriter().Field("text", "a \"quoted\\\" \n line").Field("large", 9007199254740993L);
            writer.Field("numbers", new[] { 0.1f, -2e-7f }).BeginList("items").BeginItem().Field("flag", true).End();
            var value = JsonReader.Read(writer.EndList().ToString());
            Assert.AreEqual("a \"quoted\\\" \n line", value["text"].Text);
            Assert.AreEqual("9007199254740993", value["large"].Text);
            Assert.AreEqual(9007199254740993L, value["large"].Integer);
            Assert.AreEqual(new[] { 0.1f, -2e-7f }, value["numbers"].Numbers);
            Assert.IsTrue(value["items"].Items[0]["flag"].Flag);
        }

        [Test]
        public void ReadsEscapes()
        {
            Assert.AreEqual("\u00e9\t/", JsonReader.Read("\"\\u00e9\\t\\/\"").Text);
        }

        [Test]
        public void ReadsWhatIsMissingAsNothing()
        {
            var value = JsonReader.Read("{\"a\": null, \"b\": 3}");
            Assert.IsFalse(value["a"].Exists);
            Assert.AreEqual("", value["none"]["deeper"].Text);
            Assert.AreEqual(0, value["none"].Items.Count);
            Assert.AreEqual(3, value["b"].Integer);
        }

        [TestCase("")]
        [TestCase("{")]
        [TestCase("{\"a\" 1}")]
        [TestCase("[1,]")]
        [TestCase("[1 2]")]
        [TestCase("tru")]
        [TestCase("\"\\x\"")]
        [TestCase("\"open")]
        [TestCase("1 2")]
        [TestCase("-")]
        public void RefusesWhatIsNoJson(string text)
        {
            var refusal = Assert.Throws<FormatException>(() => JsonReader.Read(text));
            Assert.IsTrue(refusal.Message.StartsWith("The answer is no JSON: at letter "));
        }

        [Test]
        public void RefusesWhatIsNestedToExhaustTheStack()
        {
            Assert.Throws<FormatException>(() => JsonReader.Read(new string('[', 100000)));
        }
    }
}
