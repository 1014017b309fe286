// SPDX-License-Identifier: Apache-2.0
#include "oci/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"

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
       {"null", "true", "-1", "18446744073709551615", "1.5", R"("a\u00e9\n")", "[]", "{}",
        R"({"b":1,"a":[1,[2,{"x":null}],{}],"c":{"d":{"e":false}}})"}) {
    EXPECT_EQ(parse_json(text, "text"), Json::parse(text)) << text;
    EXPECT_EQ(parse_json(text, "text").dump(), Json::parse(text).dump()) << text;
  }
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "[1,]", "{\"a\"}", "{} {}", "nul", "\"\xff\"", "{'a':1}"}) {
    EXPECT_THAT(fault_of(text), testing::StartsWith("text: not valid JSON: ")) << text;
  }
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
  const Json json = parse_json(R"({"layers":[],"Other":1})", "test");
  const JsonObject object(json, "");
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
