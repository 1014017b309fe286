// SPDX-License-Identifier: Apache-2.0
// ghcr.io, imitated: tokens of its own server, no referrers API, parts of 4 MiB at most, and
// refusals whose texts have causes of their own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/referrers.h"
#include "registry/auth_check.h"
#include "registry/pull.h"
#include "registry/referrers.h"
#include "tests/support/random_bytes.h"
#include "tests/support/registry_double.h"
#include "tests/support/token_server.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class GithubToken final : public Keychain {
  std::optional<Credential> find(const std::string&, const std::string&) const override {
    return Credential{.username = "octocat", .password = Secret("ghp_x"), .source = "test"};
  }
  std::string key(const std::string& host, const std::string&) const override { return host; }
};

class Ghcr : public test::RegistryDouble {
 protected:
  Ghcr()
      : RegistryDouble({.mounts = true,
                        .referrers = false,
                        .deletes = test::FakeRegistry::Options::Deletes::kNothing,
                        .largest_part = 4 * kMiB}) {
    serve({});
  }

  /// Lets in whoever has a token, and then answers as `refuse` says.
  void serve(std::function<Answer(const test::HttpRequest&)> refuse) {
    imitate([this, refuse = std::move(refuse)](const test::HttpRequest& request) -> Answer {
      if (request.headers.find("Authorization").value_or("").substr(0, 7) != "Bearer ") {
        return challenge(request);
      }
      return refuse ? refuse(request) : std::nullopt;
    });
  }

  Answer challenge(const test::HttpRequest& request) const {
    const std::string path = request.path();
    const std::string name = path == "/v2/" ? "user/image" : "octo/app";
    const std::string actions =
        request.method == "GET" || request.method == "HEAD" ? "pull" : "pull,push";
    return test::HttpAnswer{
        .status = 401,
        .headers = {{"WWW-Authenticate", "Bearer realm=\"" + tokens_.realm() +
                                             "\",service=\"ghcr.io\",scope=\"repository:" + name +
                                             ":" + actions + "\""}},
        .body = test::error_body("UNAUTHORIZED", "authentication required")};
  }

  /// `ghcr.io/octo/app`, wherever that is.
  Repository ghcr(const Keychain& keychain, Repository::Access access = Repository::Access::kPush) {
    RegistriesConf here;
    here.merge("[[registry]]\nprefix = \"ghcr.io\"\nlocation = \"" + registry_.host() +
                   "\"\ninsecure = true\n",
               "registries.conf");
    RegistriesOptions quick;
    quick.retry.first_delay = std::chrono::milliseconds(1);
    github_ = std::make_unique<Registries>(client_, keychain, std::move(here), quick);
    return github_->repository(oci::Reference::parse("ghcr.io/octo/app"), access);
  }

  std::string reason_of_refusal(int status, const std::string& message) {
    serve([=](const test::HttpRequest& request) -> Answer {
      if (request.method != "POST") return std::nullopt;
      return test::HttpAnswer{.status = status, .body = test::error_body("DENIED", message)};
    });
    const Repository to = ghcr(token_);
    const AuthReport report = check_access(to, to);
    EXPECT_FALSE(report.allowed());
    EXPECT_THAT(report.findings.at(1).answer, HasSubstr(message));
    return report.findings.at(1).reason;
  }

  test::TokenServer tokens_;
  GithubToken token_;
  std::unique_ptr<Registries> github_;
};

TEST_F(Ghcr, GivesATokenToWhoeverHasAPassword) {
  tokens_.demand("octocat:ghp_x");
  push_image(store_, image_, ghcr(token_), {.tags = {"v1"}});
  EXPECT_TRUE(registry_.manifest("octo/app", "v1"));
  EXPECT_THAT(tokens_.scopes(), ::testing::ElementsAre("repository:octo/app:pull,push"));
  EXPECT_EQ(tokens_.requests().front().query("service"), "ghcr.io");
  EXPECT_EQ(tokens_.requests().front().query("account"), "octocat");
}

TEST_F(Ghcr, GivesATokenForReadingToNobodyInParticular) {
  push_image(store_, image_, ghcr(token_), {.tags = {"v1"}});
  oci::MemoryStore pulled;
  const Repository from = ghcr(no_keychain(), Repository::Access::kPull);
  EXPECT_EQ(pull_image(from, "v1", pulled).digest, image_.digest);
  EXPECT_EQ(tokens_.scopes().back(), "repository:octo/app:pull");
  EXPECT_FALSE(tokens_.requests().back().headers.find("Authorization"));
}

TEST_F(Ghcr, GetsALargeBlobInOneStreamSinceItRefusesLargeParts) {
  const auto blob = test::add_blob(store_, test::random_bytes(40 * kMiB), "x/y");
  BlobPusher pusher(ghcr(token_), {});
  pusher.start_blob(blob, store_);
  pusher.wait();
  EXPECT_TRUE(registry_.blob("octo/app", blob.digest));
  std::size_t whole = 0;
  for (const auto& request : registry_.server().requests()) {
    if (request.method == "PUT" && request.headers.number("Content-Length") == blob.size) ++whole;
  }
  EXPECT_EQ(whole, 1U);
}

TEST_F(Ghcr, HasNoReferrersSoTheTagListsThem) {
  push_image(store_, image_, ghcr(token_), {.tags = {"v1"}});
  const auto config = test::add_blob(store_, "{}", oci::media_type::kOciEmpty);
  const auto artifact = oci::make_document(oci::Manifest{.artifact_type = "application/vnd.test",
                                                         .config = config,
                                                         .layers = {config},
                                                         .subject = image_});
  oci::write_blob(store_, artifact.descriptor, artifact.bytes);
  push_image(store_, artifact.descriptor, ghcr(token_), {});
  EXPECT_TRUE(registry_.manifest("octo/app", oci::referrers_tag(image_.digest)));
  const auto referrers = ghcr(token_).referrers(image_.digest);
  ASSERT_EQ(referrers.size(), 1U);
  EXPECT_EQ(referrers[0].artifact_type, "application/vnd.test");
}

TEST_F(Ghcr, RefusesPackagesWithTextsThatHaveCauses) {
  EXPECT_THAT(reason_of_refusal(403, "permission_denied: write_package"),
              HasSubstr("Manage Actions access"));
  EXPECT_THAT(reason_of_refusal(403, "permission_denied: create_package"),
              HasSubstr("create packages"));
  EXPECT_THAT(reason_of_refusal(
                  403, "permission_denied: The token provided does not match expected scopes."),
              HasSubstr("write:packages"));
  EXPECT_THAT(reason_of_refusal(403, "Resource not accessible by integration"),
              HasSubstr("permissions: packages: write"));
  EXPECT_THAT(reason_of_refusal(403, "Resource protected by organization SAML enforcement"),
              HasSubstr("single sign-on"));
  EXPECT_THAT(reason_of_refusal(403, "denied"), HasSubstr("not valid any more"));
}

TEST_F(Ghcr, RefusesAWrongPasswordAtItsTokenServer) {
  tokens_.demand("octocat:another");
  const auto error =
      failure_of([&] { push_image(store_, image_, ghcr(token_), {.tags = {"v1"}}); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kDenied);
  EXPECT_THAT(error.what(), HasSubstr("asking for a token"));
  EXPECT_THAT(error.what(), HasSubstr("incorrect username or password"));
}

}  // namespace
}  // namespace bale::registry
