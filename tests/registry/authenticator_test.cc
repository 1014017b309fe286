// SPDX-License-Identifier: Apache-2.0
#include "registry/authenticator.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/base64.h"
#include "oci/error.h"
#include "registry/registry_host.h"
#include "tests/support/http_server.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;

/// A registry and its token server: each token is good for so many requests.
class TokenRegistry {
 public:
  std::string scope = "repository:team/app:pull,push";
  int token_life = 1000;
  std::string realm = {};  ///< where it is not the token server
  std::atomic<int> tokens_given = 0;
  std::atomic<int> refusals = 0;

  test::HttpServer tokens{[this](const test::HttpRequest& request) { return token(request); }};
  test::HttpServer registry{[this](const test::HttpRequest& request) { return serve(request); }};

  Url url() const { return Url::parse(registry.url() + "/"); }

 private:
  test::HttpAnswer token(const test::HttpRequest&) {
    uses_ = 0;
    return {.body = "{\"token\":\"t" + std::to_string(++tokens_given) + "\"}"};
  }

  test::HttpAnswer serve(const test::HttpRequest& request) {
    const std::string good = "Bearer t" + std::to_string(tokens_given);
    if (tokens_given > 0 && request.headers.find("Authorization") == good &&
        ++uses_ <= token_life) {
      return {.body = "in"};
    }
    ++refusals;
    const std::string where = realm.empty() ? tokens.url() + "/token" : realm;
    return {.status = 401,
            .headers = {{"WWW-Authenticate",
                         "Bearer realm=\"" + where + "\",service=\"s\",scope=\"" + scope + "\""}}};
  }

  std::atomic<int> uses_ = 0;
};

class AuthenticatorTest : public ::testing::Test {
 protected:
  Response get(RegistryHost& host) {
    return host.send({.url = host.base().with_path("/v2/team/app/tags/list")},
                     Scopes::repository("team/app", {"pull", "push"}), {});
  }

  std::unique_ptr<RegistryHost> host(std::optional<Credential> credential = std::nullopt) {
    return std::make_unique<RegistryHost>(client_, server_.url(), TlsOptions(), RetryPolicy(),
                                          [this, credential] {
                                            ++lookups_;
                                            return credential;
                                          });
  }

  TokenRegistry server_;
  HttpClient client_;
  std::atomic<int> lookups_ = 0;
};

TEST_F(AuthenticatorTest, AsksForATokenOnceAndKeepsIt) {
  const auto registry = host();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(*registry).head.status, 200);
  EXPECT_EQ(server_.tokens_given, 1);
  EXPECT_EQ(server_.refusals, 1);
  const auto asked = server_.tokens.requests().at(0);
  EXPECT_EQ(asked.query("service"), "s");
  EXPECT_EQ(asked.query("scope"), "repository:team/app:pull,push");
  EXPECT_FALSE(asked.headers.find("Authorization"));
}

TEST_F(AuthenticatorTest, SendsTheCredentialToTheTokenServerAlone) {
  const auto registry = host(Credential{.username = "u", .password = Secret("p")});
  EXPECT_EQ(get(*registry).head.status, 200);
  EXPECT_EQ(server_.tokens.requests().at(0).headers.find("Authorization"),
            "Basic " + oci::encode_base64("u:p"));
  EXPECT_EQ(server_.tokens.requests().at(0).query("account"), "u");
  EXPECT_EQ(server_.registry.requests().at(1).headers.find("Authorization"), "Bearer t1");
  EXPECT_EQ(lookups_, 1);
}

TEST_F(AuthenticatorTest, RenewsATokenThatRunsOutInTheMiddle) {
  server_.token_life = 2;
  const auto registry = host();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(get(*registry).head.status, 200) << i;
  EXPECT_EQ(server_.tokens_given, 3);
}

TEST_F(AuthenticatorTest, LetsOneOfManyThreadsAsk) {
  const auto registry = host();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      if (get(*registry).head.status == 200) ++right;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 16);
  EXPECT_EQ(server_.tokens_given, 1);
}

TEST_F(AuthenticatorTest, AddsTheScopeThatIsDemandedOnTopAndNamesItFirst) {
  server_.scope = "repository:team/base:pull";
  const auto registry = host();
  EXPECT_EQ(get(*registry).head.status, 200);
  EXPECT_THAT(server_.tokens.requests().at(0).target,
              HasSubstr("scope=repository%3Ateam%2Fbase%3Apull&scope=repository%3Ateam%2Fapp"));
}

TEST_F(AuthenticatorTest, EndsWhereAFreshTokenIsRefused) {
  server_.token_life = 0;
  EXPECT_EQ(get(*host()).head.status, 401);
  EXPECT_LE(server_.refusals, 3);
}

TEST_F(AuthenticatorTest, UsesAnIdentityToken) {
  const auto registry = host(Credential{.identity_token = Secret("a/b")});
  EXPECT_EQ(get(*registry).head.status, 200);
  const auto asked = server_.tokens.requests().at(0);
  EXPECT_EQ(asked.method, "POST");
  EXPECT_THAT(asked.body, HasSubstr("grant_type=refresh_token"));
  EXPECT_THAT(asked.body, HasSubstr("refresh_token=a%2Fb"));
}

TEST_F(AuthenticatorTest, UsesARegistryTokenAsItIs) {
  const auto registry = host(Credential{.registry_token = Secret("given")});
  EXPECT_EQ(get(*registry).head.status, 401);
  EXPECT_EQ(server_.tokens_given, 0);
  EXPECT_EQ(server_.registry.requests().at(1).headers.find("Authorization"), "Bearer given");
}

TEST(Realm, OfAnotherOwnerGetsNoCredentials) {
  const auto url = [](const char* text) { return Url::parse(text); };
  EXPECT_TRUE(may_take_credentials(url("https://registry-1.docker.io/"),
                                   url("https://auth.docker.io/token")));
  EXPECT_TRUE(may_take_credentials(url("https://registry.gitlab.com/"),
                                   url("https://gitlab.com/jwt/auth")));
  EXPECT_TRUE(may_take_credentials(url("http://127.0.0.1:5000/"), url("http://127.0.0.1:5001/t")));
  EXPECT_FALSE(may_take_credentials(url("https://ghcr.io/"), url("https://evil.example/token")));
  EXPECT_FALSE(may_take_credentials(url("https://a.co.uk/"), url("https://b.co.uk/token")));
  EXPECT_FALSE(may_take_credentials(url("https://10.0.0.1/"), url("https://10.0.0.2/token")));
  EXPECT_FALSE(may_take_credentials(url("https://docker.io/"), url("https://evildocker.io/")));
}

TEST(Realm, ThatIsPlainOrPrivateIsNotAsked) {
  const Url registry = Url::parse("https://r.example/");
  for (const char* realm : {"http://r.example/token", "https://169.254.169.254/latest/meta-data",
                            "https://127.0.0.1/token", "https://192.168.0.1/"}) {
    EXPECT_THROW(check_realm(registry, Url::parse(realm)), oci::Error) << realm;
  }
  for (const char* near : {"http://127.0.0.1:5000/", "http://10.0.0.1/"}) {
    EXPECT_THROW(check_realm(Url::parse(near), Url::parse("http://169.254.169.254/latest")),
                 oci::Error);
  }
  check_realm(registry, Url::parse("https://auth.example/token"));
  check_realm(Url::parse("http://127.0.0.1:5000/"), Url::parse("http://127.0.0.1:5001/token"));
}

TEST(TokenAnswer, LastsAMinuteAtLeastAndPrefersTheAccessToken) {
  const auto now = Clock::now();
  EXPECT_EQ(parse_token(R"({"token":"a"})", now).expires, now + std::chrono::seconds(60));
  EXPECT_EQ(parse_token(R"({"token":"a","expires_in":5})", now).expires,
            now + std::chrono::seconds(60));
  EXPECT_EQ(parse_token(R"({"token":"a","expires_in":300})", now).expires,
            now + std::chrono::seconds(300));
  EXPECT_EQ(parse_token(R"({"token":"a","access_token":"b"})", now).text.reveal(), "b");
  EXPECT_THROW(parse_token("{}", now), oci::Error);
  EXPECT_THROW(parse_token("<html>", now), oci::Error);
}

TEST(Scopes, MergeAndCompareByMeaning) {
  Scopes scopes =
      Scopes::parse("repository:a:pull repository:a:push junk repository:h:5000/b:pull");
  EXPECT_THAT(scopes.to_strings(),
              ::testing::ElementsAre("repository:a:pull,push", "repository:h:5000/b:pull"));
  EXPECT_TRUE(scopes.contains(Scopes::repository("a", {"pull"})));
  EXPECT_FALSE(scopes.contains(Scopes::repository("a", {"delete"})));
  scopes.merge(Scopes::repository("a", {"*"}));
  EXPECT_THAT(scopes.to_strings().front(), "repository:a:*");
}

}  // namespace
}  // namespace bale::registry
