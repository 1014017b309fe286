// SPDX-License-Identifier: Apache-2.0
#include "registry/challenge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Challenge> parse(const std::string& line) {
  return parse_challenges({{"WWW-Authenticate", line}});
}

TEST(Challenges, OfATokenServerAreReadWithCommasInQuotes) {
  const auto challenges = parse(
      "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
      "scope=\"repository:library/debian:pull,push\"");
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].scheme, "bearer");
  EXPECT_EQ(challenges[0].parameter("realm"), "https://auth.docker.io/token");
  EXPECT_EQ(challenges[0].parameter("scope"), "repository:library/debian:pull,push");
  EXPECT_EQ(challenges[0].parameter("error"), "");
}

TEST(Challenges, MayShareALineOrHaveOneEach) {
  const Challenge basic{"basic", {{"realm", "r"}}};
  const Challenge bearer{"bearer", {{"realm", "https://t/"}}};
  EXPECT_THAT(parse("Basic realm=\"r\", Bearer realm=\"https://t/\""), ElementsAre(basic, bearer));
  EXPECT_THAT(parse_challenges({{"www-authenticate", "Basic realm=r"},
                                {"WWW-Authenticate", "BEARER Realm = \"https://t/\""}}),
              ElementsAre(basic, bearer));
}

TEST(Challenges, KeepUnknownSchemesApart) {
  const auto challenges = parse("Negotiate, NTLM, Basic realm=\"a \\\"quoted\\\" one\"");
  ASSERT_EQ(challenges.size(), 3U);
  EXPECT_EQ(challenges[0].scheme, "negotiate");
  EXPECT_EQ(challenges[2].parameter("realm"), "a \"quoted\" one");
}

TEST(Challenges, OfNonsenseHarmNobody) {
  EXPECT_THAT(parse(""), IsEmpty());
  EXPECT_THAT(parse(",,, ="), IsEmpty());
  EXPECT_EQ(parse("Bearer realm=\"never closed").at(0).parameter("realm"), "never closed");
  EXPECT_THAT(parse("realm=\"without a scheme\""), IsEmpty());
}

}  // namespace
}  // namespace bale::registry
