// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Checks.h"
#include "JsonValue.h"
#include "JsonWriter.h"

using namespace RsaTalker;

CHECK_THAT(JsonThatIsReadIntoAgainHoldsNothingOfTheTextBefore)
{
    JsonValue Json;
    EXPECT(JsonValue::Parse(R"({"a": [1, {"b": 2}, 3], "c": "d", "e": {"f": 1}})", Json));
    EXPECT(JsonValue::Parse(R"({"a": [{}], "c": null})", Json));
    EXPECT(Json["a"].Size() == 1 && Json["a"][0]["b"].IsNull() && Json["a"][2].IsNull());
    EXPECT(Json["c"].IsNull() && Json["c"].AsText().empty() && Json["e"].IsNull());
    EXPECT(Json.Names().size() == 2);
    EXPECT(!JsonValue::Parse("{\"a\": 1", Json));
    EXPECT(Json.IsNull() && Json["a"].IsNull() && Json.Names().empty());
}

namespace
{
JsonValue Parsed(const char* Text)
{
    JsonValue Value;
    EXPECT(JsonValue::Parse(Text, Value));
    return Value;
}

bool IsRefused(const std::string& Text)
{
    JsonValue Value;
    return !JsonValue::Parse(Text, Value) && Value.IsNull();
}
} // namespace

CHECK_THAT(JsonReadsAllKinds)
{
    const JsonValue Value =
        Parsed(R"( {"a": [1, -2.5e2, "x"], "b": {"c": true}, "d": null, "e": "9007199254740993"} )");
    EXPECT(Value["a"].Size() == 3);
    EXPECT(Value["a"][1].AsNumber() == -250);
    EXPECT(Value["a"][2].AsText() == "x");
    EXPECT(Value["b"]["c"].AsBool());
    EXPECT(Value["d"].IsNull());
    EXPECT(Value["e"].AsInteger() == 9007199254740993);
}

CHECK_THAT(JsonKeepsWholeNumbersIn64Bits)
{
    const JsonValue Value = Parsed("[1e30, -1e30, 1e99999999999, -1e2147483647, 0.1e-2147483648, 2.9e1, 0e99999]");
    EXPECT(Value[0].AsInteger() == INT64_MAX && Value[1].AsInteger() == INT64_MIN);
    EXPECT(Value[2].AsInteger() == INT64_MAX && Value[3].AsInteger() == INT64_MIN);
    EXPECT(Value[4].AsInteger(7) == 0 && Value[5].AsInteger() == 29);
    EXPECT(Value[6].AsInteger(7) == 0);
}

CHECK_THAT(JsonReadsEscapes)
{
    EXPECT(Parsed(R"("a\"\\\n\u00e9\ud83d\ude00")").AsText() == "a\"\\\n\xC3\xA9\xF0\x9F\x98\x80");
}

CHECK_THAT(JsonGivesFallbacksForWhatIsMissing)
{
    const JsonValue Value = Parsed("{}");
    EXPECT(Value["x"]["y"][3].AsInteger(7) == 7);
    EXPECT(Value["x"].AsText().empty());
    EXPECT(Value["x"].AsBool(true));
}

CHECK_THAT(JsonRefusesWhatIsNotOneValue)
{
    for (const char* Text :
         {"", "{", "[1,]", "{\"a\" 1}", "1 2", "tru", "\"a", "\"\\u12\"", "01x", "-", "1e", "1.", "nul"})
    {
        EXPECT(IsRefused(Text));
    }
}

CHECK_THAT(JsonRefusesNestingThatWouldFillTheStack)
{
    EXPECT(IsRefused(std::string(100000, '[')));
}

CHECK_THAT(JsonWritesWhatItReads)
{
    JsonWriter Json;
    const float Numbers[] = {0.5f, -1.25f};
    Json.Text("t", "a\"\n").Integer("i", -3).Integer64("l", 18446744073709551615u).Boolean("b", true);
    Json.Numbers("n", Numbers, 2).Begin("o").Text("k", "").End().Bytes("y", "abcd", 4);
    const std::string Text = Json.Take();
    EXPECT(Text == "{\"t\":\"a\\\"\\u000a\",\"i\":-3,\"l\":\"18446744073709551615\",\"b\":true,\"n\":[0.5,-1.25],"
                   "\"o\":{\"k\":\"\"},\"y\":\"YWJjZA==\"}");
    EXPECT(Parsed(Text.c_str())["n"][1].AsNumber() == -1.25);
}
