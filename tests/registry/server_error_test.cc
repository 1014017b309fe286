// SPDX-License-Identifier: Apache-2.0
#include "registry/server_error.h"

#include <gtest/gtest.h>

namespace bale::registry {
namespace {

struct AnswerBody {
  const char* body;
  const char* code;
  const char* text;
};

void PrintTo(const AnswerBody& answer, std::ostream* out) {
  *out << testing::PrintToString(answer.body);
}

class ServerMessages : public ::testing::TestWithParam<AnswerBody> {};

TEST_P(ServerMessages, AreReadFromWhateverFormTheyHave) {
  const ServerMessage message = parse_server_message(GetParam().body);
  EXPECT_EQ(message.code, GetParam().code);
  EXPECT_EQ(message.text, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, ServerMessages,
    ::testing::Values(
        AnswerBody{R"({"errors":[{"code":"DENIED","message":"no"}]})", "DENIED", "no"},
        AnswerBody{R"({"errors":[{"code":"X","message":"m","detail":"d"}]})", "X", "m (d)"},
        AnswerBody{R"({"errors":[{"code":"X","message":"m","detail":{}}]})", "X", "m"},
        AnswerBody{R"({"message":"plain"})", "", "plain"},
        AnswerBody{R"({"details":"why"})", "", "why"}, AnswerBody{R"({"errors":[]})", "", ""},
        AnswerBody{"404 page not found\n", "", "404 page not found"},
        AnswerBody{"<html>oops</html>", "", ""}, AnswerBody{"", "", ""}, AnswerBody{"[1]", "", ""},
        AnswerBody{"a\x1b[31mred\x07", "", "a\\x1b[31mred\\x07"},
        AnswerBody{"two\nlines \xc2\x9b", "", "two lines \\xc2\\x9b"}));

oci::ErrorCode code_of(int status, const std::string& body = "") {
  const Url url = Url::parse("https://r.example/v2/");
  return server_error({.url = url}, {{status, {}, url}, body}).code();
}

TEST(ServerError, SaysWhatACallerCanDo) {
  EXPECT_EQ(code_of(401), oci::ErrorCode::kDenied);
  EXPECT_EQ(code_of(403), oci::ErrorCode::kDenied);
  EXPECT_EQ(code_of(404), oci::ErrorCode::kNotFound);
  EXPECT_EQ(code_of(429), oci::ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(503), oci::ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(405), oci::ErrorCode::kFailed);
  EXPECT_EQ(code_of(400, R"({"errors":[{"code":"DIGEST_INVALID"}]})"), oci::ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(400, R"({"errors":[{"code":"TOOMANYREQUESTS"}]})"),
            oci::ErrorCode::kUnavailable);
}

TEST(ServerError, TellsMethodAddressStatusCodeMessageAndRequest) {
  const Url url = Url::parse("https://r.example/v2/a?_state=secret");
  const oci::Error error = server_error(
      {.method = "PUT", .url = url}, {{403, {{"X-Request-Id", "42"}}, url},
                                      R"({"errors":[{"code":"DENIED","message":"not yours"}]})"});
  EXPECT_STREQ(error.what(),
               "PUT https://r.example/v2/a?_state=***: 403 DENIED: not yours (request 42)");
}

}  // namespace
}  // namespace bale::registry
