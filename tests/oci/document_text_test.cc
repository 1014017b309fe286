// SPDX-License-Identifier: Apache-2.0
// Texts that are no JSON, or none that means one thing, in place of each document of an image.
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document_rules.h"
#include "tests/support/spoiled_image.h"

namespace bale::oci {
namespace {

using test::SpoiledImage;

struct TextCase {
  const char* name;
  std::function<void(std::string& text)> spoil;
};

void PrintTo(const TextCase& spoiled, std::ostream* out) { *out << spoiled.name; }

const TextCase kTextCases[] = {
    {"Empty", [](std::string& text) { text.clear(); }},
    {"OnlyABrace", [](std::string& text) { text = "{"; }},
    {"CutInTheMiddle", [](std::string& text) { text.resize(text.size() / 2); }},
    {"LastBraceMissing", [](std::string& text) { text.pop_back(); }},
    {"BytesAfterTheEnd", [](std::string& text) { text += "}"; }},
    {"TwoDocuments", [](std::string& text) { text += text; }},
    {"List", [](std::string& text) { text = "[" + text + "]"; }},
    {"Number", [](std::string& text) { text = "7"; }},
    {"Null", [](std::string& text) { text = "null"; }},
    {"ZeroByte", [](std::string& text) { text.insert(1, 1, '\0'); }},
    {"NotUtf8", [](std::string& text) { text.insert(1, "\"x\":\"\xff\xfe\","); }},
    {"TrailingComma", [](std::string& text) { text.insert(text.size() - 1, ","); }},
    {"Comment", [](std::string& text) { text.insert(1, "/* x */"); }},
    {"NoNumber", [](std::string& text) { text.insert(1, "\"x\":NaN,"); }},
    {"SingleQuotes", [](std::string& text) { text.insert(1, "'x':1,"); }},
    {"DuplicateKey", [](std::string& text) { text.insert(1, "\"x\":1,\"x\":2,"); }},
    {"DuplicateKeyBehindAnEscape",
     [](std::string& text) { text.insert(1, "\"x\":1,\"\\u0078\":2,"); }},
    {"NestedDeep",
     [](std::string& text) {
       text.insert(1, "\"x\":" + std::string(100'000, '[') + std::string(100'000, ']') + ",");
     }},
};

class SpoiledText : public testing::TestWithParam<TextCase> {};

TEST_P(SpoiledText, IsAFaultOfItsDocumentWhicheverItIs) {
  const auto& spoil = GetParam().spoil;
  for (const auto& spoiled :
       {SpoiledImage{.index_text = spoil}, SpoiledImage{.manifest_text = spoil},
        SpoiledImage{.config_text = spoil}}) {
    const auto faults = test::faults_of(spoiled);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].place, "");  // the document as a whole
    EXPECT_NE(test::refusal_of(spoiled), "");
    EXPECT_THAT(faults[0].message, testing::AnyOf(testing::StartsWith("JSON: "),
                                                  testing::StartsWith("expected an object")));
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, SpoiledText, testing::ValuesIn(kTextCases),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace bale::oci
