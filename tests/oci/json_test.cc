// SPDX-License-Identifier: Apache-2.0
#include "oci/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/json_object.h"

namespace bale::oci {
namespace {

std::string fault_of(std::string_view text) {
  try {
    parse_json(text, "text");
    return "none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.what();
  }
}

TEST(ParseJson, BuildsWhatTheLibraryBuilds) {
  for (const char* text :
       {"null", "true", "-1", "0", "9223372036854775808", "18446744073709551615", "1.5", "-0.1e-7",
        "123456789012345678901234567890", R"("a\u00e9\n")", R"("\ud83d\ude00\u0000")", "[]", "{}",
        R"({"b":1,"a":[1,[2,{"x":null}],{}],"c":{"d":{"e":false}}})"}) {
    EXPECT_EQ(parse_json(text, "text"), Json::parse(text)) << text;
    EXPECT_EQ(parse_json(text, "text").dump(), Json::parse(text).dump()) << text;
  }
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           "{",
                           "[1,]",
                           "{\"a\"}",
                           "{} {}",
                           "nul",
                           "\"\xff\"",
                           "{'a':1}",
                           "[01]",
                           "[.5]",
                           "[1.]",
                           "[+1]",
                           "[1e]",
                           "[NaN]",
                           "[\"\n\"]",
                           R"(["\x"])",
                           R"(["\ud800"])",
                           "[1e999]",
                           "\xef\xbb\xbf{}",
                           "// a\n{}",
                           "\"\xed\xa0\x80\"",
                           "[\"abcdefghijklmnopqrstuvwxyz\xc0\xaf\"]",
                           "[\"a"}) {
    EXPECT_THAT(fault_of(text), testing::StartsWith("text: not valid JSON: ")) << text;
  }
  using std::string_literals::operator""s;
  for (const auto& text : {"\0"s, "{}\0"s, "[\0]"s, "[1,\0 2]"s, "[\"a\0b\"]"s}) {
    EXPECT_THAT(fault_of(text), testing::StartsWith("text: not valid JSON: "));
  }
}

TEST(ParseJson, TellsThePlace) {
  EXPECT_THAT(fault_of("{\n  \"a\": 1,\n  \"b\" 2\n}"), testing::HasSubstr("line 3, column 7: "));
  EXPECT_THAT(fault_of("[1,\0"), testing::HasSubstr("line 1, column 4: "));
}

TEST(JsonDocument, HasMembersAndElementsInTheirOrder) {
  const JsonDocument document(R"({"b":[1,[2],{"x":"y"}],"a":"z","c":{}})", "text");
  std::string seen;
  for (const auto [key, value] : document.root().members()) seen += key;
  EXPECT_EQ(seen, "bac");
  const JsonObject object(document);
  const auto array = object.find("b");
  ASSERT_TRUE(array);
  EXPECT_EQ(array->size(), 3U);
  std::vector<JsonKind> kinds;
  for (const JsonValue element : array->elements()) kinds.push_back(element.kind());
  EXPECT_THAT(kinds, testing::ElementsAre(JsonKind::kInteger, JsonKind::kArray, JsonKind::kObject));
  EXPECT_EQ(object.required_string("a"), "z");
  EXPECT_EQ(object.optional_object("c")->members().begin(),
            object.optional_object("c")->members().end());
}

TEST(JsonDocument, CanBeMoved) {
  JsonDocument first(R"(["short"])", "text");
  const JsonDocument second = std::move(first);
  EXPECT_EQ((*second.root().elements().begin()).text(), "short");
}

TEST(ParseJson, RefusesDuplicateKeysAtEveryDepthAndNumber) {
  EXPECT_EQ(fault_of(R"({"a":1,"a":2})"), "text: duplicate key \"a\"");
  EXPECT_EQ(fault_of(R"([{"b":{"a":1,"c":[],"a":2}}])"), "text: duplicate key \"a\"");
  EXPECT_EQ(fault_of(R"({"a":{"a":1},"b":{"a":1}})"), "none");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(fault_of(many + "\"x\":0}"), "none");
  EXPECT_EQ(fault_of(many + "\"k3\":0}"), "text: duplicate key \"k3\"");
  EXPECT_EQ(fault_of(many + "\"k99\":0}"), "text: duplicate key \"k99\"");
}

TEST(ParseJson, LeavesNoDoubtWhichKeyIsMeant) {
  const JsonDocument document(R"({"layers":[],"Other":1})", "test");
  const JsonObject object(document);
  EXPECT_NO_THROW(object.refuse_lookalikes({"layers", "config"}));
  EXPECT_THROW(object.refuse_lookalikes({"LAYERS"}), Error);
  EXPECT_THROW(object.refuse_lookalikes({"other"}), Error);
}

TEST(ParseJson, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(fault_of(nested(64)), "none");
  EXPECT_EQ(fault_of(nested(65)), "text: nested deeper than 64");
  EXPECT_EQ(fault_of(std::string(1'000'000, '[')), "text: nested deeper than 64");
}

TEST(ParseJson, TakesTimeInProportionToItsText) {
  // With a square of the number of keys or elements this would take minutes.
  std::string object = "{";
  std::string array = "[";
  for (int i = 0; i < 300'000; ++i) {
    object += "\"" + std::to_string(i) + "\":0,";
    array += "{},";
  }
  EXPECT_EQ(parse_json(object + "\"end\":0}", "text").size(), 300'001U);
  EXPECT_EQ(parse_json(array + "0]", "text").size(), 300'001U);
}

}  // namespace
}  // namespace bale::oci
