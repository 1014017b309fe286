// SPDX-License-Identifier: Apache-2.0
#include "oci/json_writer.h"

#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "oci/json.h"

namespace bale::oci {
namespace {

using Style = JsonWriter::Style;

TEST(JsonWriter, WritesValuesOfEachKind) {
  EXPECT_EQ(json_text("text"), R"("text")");
  EXPECT_EQ(json_text(""), R"("")");
  EXPECT_EQ(json_text(true), "true");
  EXPECT_EQ(json_text(false), "false");
  EXPECT_EQ(json_text(-1), "-1");
  EXPECT_EQ(json_text(0U), "0");
  EXPECT_EQ(json_text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json_text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json_text(std::vector<std::string>{"b", "a"}), R"(["b","a"])");
  EXPECT_EQ(json_text(std::set<std::string>{"b", "a"}), R"(["a","b"])");
  EXPECT_EQ(json_text(std::map<std::string, std::string>{{"k", "v"}}), R"({"k":"v"})");
  EXPECT_EQ(json_text(std::vector<std::string>{}), "[]");
  EXPECT_EQ(json_text(std::map<std::string, std::string>{}), "{}");
  JsonWriter null;
  null.null();
  EXPECT_EQ(null.text(), "null");
}

TEST(JsonWriter, KeepsMembersInTheOrderOfTheCalls) {
  JsonWriter json;
  json.object([&] {
    json.member("z", 1);
    json.object("a", [] {});
    json.array("list", [&] {
      json.value("one");
      json.object([&] { json.member("deep", true); });
    });
    json.member_unless_empty("nothing", std::string());
    json.member_unless_empty("something", std::string("is"));
  });
  EXPECT_EQ(json.text(), R"({"z":1,"a":{},"list":["one",{"deep":true}],"something":"is"})");
}

TEST(JsonWriter, IndentsAsOtherToolsDo) {
  JsonWriter json(Style::kIndented);
  json.object([&] {
    json.member("name", "a");
    json.array("empty", [] {});
    json.member("list", std::vector<std::string>{"x", "y"});
  });
  EXPECT_EQ(json.text(), Json::parse(json.text()).dump(2));
}

TEST(JsonWriter, EscapesWhatMustNotStandInJson) {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  text += "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  const std::string written = json_text(std::map<std::string, std::string>{{text, text}});
  for (const char c : written) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  const Json read = Json::parse(written);
  EXPECT_EQ(read.begin().key(), text);
  EXPECT_EQ(read.begin().value(), text);
}

TEST(JsonWriter, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(json_text("Stra\xDF"
                      "e"),
            "\"Stra\xEF\xBF\xBD"
            "e\"");
  EXPECT_EQ(json_text(std::map<std::string, std::string>{{"\xFF", "\xC3"}}),
            "{\"\xEF\xBF\xBD\":\"\xEF\xBF\xBD\"}");
}

TEST(JsonWriter, WritesADescriptorInTheOrderOfTheSpecification) {
  const Descriptor descriptor{.media_type = media_type::kOciManifest,
                              .digest = Digest::of({}),
                              .size = 7,
                              .annotations = {{"a", "b"}},
                              .platform = Platform{.os = "linux",
                                                   .architecture = "arm",
                                                   .variant = "v7",
                                                   .os_version = "1",
                                                   .os_features = {"x"}},
                              .urls = {"https://example.com"},
                              .data = "content",
                              .artifact_type = "type/x"};
  EXPECT_EQ(json_text(descriptor),
            R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:)"
            R"(e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":7,)"
            R"("urls":["https://example.com"],"annotations":{"a":"b"},"data":"Y29udGVudA==",)"
            R"("platform":{"architecture":"arm","os":"linux","os.version":"1",)"
            R"("os.features":["x"],"variant":"v7"},"artifactType":"type/x"})");
}

TEST(JsonWriter, LeavesOutOfADescriptorWhatItDoesNotHave) {
  EXPECT_EQ(json_text(Descriptor{.media_type = "a/b", .digest = Digest::of({}), .size = 0}),
            R"({"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934)"
            R"(ca495991b7852b855","size":0})");
}

}  // namespace
}  // namespace bale::oci
