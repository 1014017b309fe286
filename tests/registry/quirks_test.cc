// SPDX-License-Identifier: Apache-2.0
// What registries of the world do that the specification does not say, and what hostile ones might,
// through doubles that imitate them.

#include <atomic>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "registry/auth_check.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/fake_registry.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Answer = std::optional<test::HttpAnswer>;

bool is_upload(const test::HttpRequest& request) {
  return request.path().find("/blobs/uploads/") != std::string::npos;
}

class Quirks : public ::testing::Test {
 protected:
  Quirks() {
    RegistriesOptions options;
    options.retry.first_delay = std::chrono::milliseconds(1);
    registries_ = std::make_unique<Registries>(client_, no_keychain(), RegistriesConf(), options);
  }

  Repository repository(const std::string& name = "team/app") {
    return registries_->repository(oci::Reference::parse(registry_.name(name)),
                                   Repository::Access::kPush);
  }

  PushResult push(const oci::Descriptor& root, PushOptions options = {.tags = {"v1"}}) {
    options.blobs.upload.retry.first_delay = std::chrono::milliseconds(1);
    return push_image(store_, root, repository(), options);
  }

  /// Answers in the registry's place, where `own` does.
  void imitate(std::function<Answer(const test::HttpRequest&)> own) {
    registry_.intercept(std::move(own));
  }

  test::FakeRegistry registry_;
  HttpClient client_;
  std::unique_ptr<Registries> registries_;
  oci::MemoryStore store_;
  oci::Descriptor image_ = test::add_image(store_, "linux/amd64");
};

TEST_F(Quirks, HarborAnswersAMountFromAForeignProjectWith401) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.query("mount").empty()) return std::nullopt;
    return test::HttpAnswer{.status = 401, .body = test::error_body("UNAUTHORIZED", "project")};
  });
  PushOptions options{.tags = {"v1"}};
  options.blobs.origin = [this](const oci::Digest&) { return repository("other/base"); };
  EXPECT_EQ(push(image_, options).blobs.uploaded, 3U);
}

TEST_F(Quirks, DockerHubDislikesNamesInMountsWith400) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.query("mount").empty()) return std::nullopt;
    return test::HttpAnswer{.status = 400, .body = test::error_body("NAME_INVALID", "no")};
  });
  EXPECT_EQ(push(image_).blobs.uploaded, 3U);
}

TEST_F(Quirks, ARegistryThatMountsNothingIsNotAskedForMountsFromItself) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.query("mount").empty()) return std::nullopt;
    return test::HttpAnswer{.status = 405};
  });
  push(image_);
  registry_.server().forget_requests();
  push(test::add_image(store_, "linux/arm64", "more"), {.tags = {"v2"}});
  for (const auto& request : registry_.server().requests()) EXPECT_EQ(request.query("mount"), "");
}

TEST_F(Quirks, GgcrAnswersPartsWith204AndEcrWith201) {
  for (const int status : {204, 201}) {
    imitate([status](const test::HttpRequest& request) -> Answer {
      if (request.method != "PATCH") return std::nullopt;
      return test::HttpAnswer{.status = status, .headers = {{"Range", "0-2"}}};
    });
    const Repository to = repository();
    const PartAnswer answer = to.patch_upload(to.start_upload(), Body::of("abc"));
    EXPECT_EQ(answer.verdict, PartAnswer::Verdict::kTaken);
    EXPECT_EQ(answer.upload.offset, 3U);
  }
}

TEST_F(Quirks, DockerHubLimitsRatesWithoutJson) {
  std::atomic<int> refusals = 2;
  imitate([&](const test::HttpRequest&) -> Answer {
    if (refusals-- <= 0) return std::nullopt;
    return test::HttpAnswer{
        .status = 429, .headers = {{"Retry-After", "0"}}, .body = "<html>slow down</html>"};
  });
  push(image_);
  EXPECT_TRUE(registry_.manifest("team/app", "v1"));
}

TEST_F(Quirks, AStormOf429EndsInAClearError) {
  imitate([](const test::HttpRequest&) -> Answer {
    return test::HttpAnswer{.status = 429,
                            .headers = {{"Retry-After", "0"}},
                            .body = test::error_body("TOOMANYREQUESTS", "pull rate limit")};
  });
  try {
    push(image_);
    FAIL() << "it went through";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("manifests/v1: 429"));
    EXPECT_THAT(error.hint(), HasSubstr("limit"));
  }
}

TEST_F(Quirks, ZotAndEcrMayAnswer4xxToReferrersAndTheTagServes) {
  const auto listing = test::add_index(store_, {"linux/arm64"});
  push(image_);
  push(listing, {.tags = {referrers_tag(image_.digest)}});
  // ghcr.io has answered with a redirect to a page, with 404, with 429, and with nothing.
  const test::HttpAnswer answers[] = {
      {.status = 303, .headers = {{"Location", "/page"}}},
      {.status = 404, .body = "404 page not found"},
      {.status = 405},
      {.status = 200, .body = "<html>a page</html>"},
      {.status = 200, .body = R"({"schemaVersion":2,"manifests":[]})"}};
  for (const auto& answer : answers) {
    imitate([&](const test::HttpRequest& request) -> Answer {
      if (request.path().find("/referrers/") != std::string::npos) return answer;
      if (request.path() == "/page") return test::HttpAnswer{.body = "<html></html>"};
      return std::nullopt;
    });
    Registries fresh(client_);
    const auto from = fresh.repository(oci::Reference::parse(registry_.name("team/app")),
                                       Repository::Access::kPull);
    EXPECT_EQ(from.referrers(image_.digest).size(), 1U) << answer.status;
  }
}

TEST_F(Quirks, AListOfTagsMayBeNull) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.path() != "/v2/team/app/tags/list") return std::nullopt;
    return test::HttpAnswer{.body = R"({"name":"team/app","tags":null})"};
  });
  EXPECT_TRUE(repository().tags().empty());
}

TEST_F(Quirks, ALinkThatGoesInCirclesEnds) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.path() != "/v2/team/app/tags/list") return std::nullopt;
    return test::HttpAnswer{
        .headers = {{"Link", "</v2/team/app/tags/list?n=1&last=a>; rel=\"next\""}},
        .body = R"({"tags":["a"]})"};
  });
  EXPECT_THAT(repository().tags(), ElementsAre("a"));
}

TEST_F(Quirks, ALinkToAnotherHostIsNotFollowed) {
  test::FakeRegistry other;
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.path() != "/v2/team/app/tags/list") return std::nullopt;
    return test::HttpAnswer{
        .headers = {{"Link", "<" + other.server().url() + "/v2/x/tags/list>; rel=\"next\""}},
        .body = R"({"tags":["a"]})"};
  });
  EXPECT_THAT(repository().tags(), ElementsAre("a"));
  EXPECT_TRUE(other.server().lines().empty());
}

TEST_F(Quirks, HeadWithoutADigestIsFollowedByGet) {
  push(image_);
  const std::string bytes = oci::read_blob(store_, image_, oci::kMaxManifestSize);
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.line() != "HEAD /v2/team/app/manifests/v1") return std::nullopt;
    return test::HttpAnswer{.body = bytes};
  });
  EXPECT_EQ(repository().head_manifest("v1")->digest, image_.digest);
}

TEST_F(Quirks, GhcrsRefusalsAreExplained) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.method != "POST") return std::nullopt;
    return test::HttpAnswer{.status = 403,
                            .body = test::error_body("DENIED", "permission_denied: write_package")};
  });
  const AuthReport report = check_access(repository(), repository());
  EXPECT_THAT(report.findings.at(1).answer, HasSubstr("write_package"));
}

/// What a hostile registry might try.
class Hostile : public Quirks {};

TEST_F(Hostile, AnUploadOnAnotherHostGetsNoCredentials) {
  test::FakeRegistry elsewhere;
  elsewhere.intercept(
      [](const test::HttpRequest&) -> Answer { return test::HttpAnswer{.status = 201}; });
  test::FakeRegistry registry({.basic_login = "alice:secret"});
  const class : public Keychain {
    std::optional<Credential> find(const std::string&, const std::string&) const override {
      return Credential{.username = "alice", .password = Secret("secret"), .source = "test"};
    }
    std::string key(const std::string& host, const std::string&) const override { return host; }
  } alice;
  registry.intercept([&](const test::HttpRequest& request) -> Answer {
    if (request.method != "POST" || !request.headers.find("Authorization")) return std::nullopt;
    return test::HttpAnswer{.status = 202,
                            .headers = {{"Location", elsewhere.server().url() + "/upload/1"}}};
  });
  Registries known(client_, alice);
  const auto to =
      known.repository(oci::Reference::parse(registry.name("team/app")), Repository::Access::kPush);
  const auto blob = test::add_blob(store_, "content", "x/y");
  (void)to.put_upload(to.start_upload(), blob, Body::of("content"));
  ASSERT_FALSE(elsewhere.server().requests().empty());
  for (const auto& request : elsewhere.server().requests()) {
    EXPECT_FALSE(request.headers.find("Authorization"));
  }
}

TEST_F(Hostile, AnUploadMayNotGoToAnAddressThatIsNoUrl) {
  for (const char* location : {"ftp://127.0.0.1/x", "http://user:pass@127.0.0.1/", "http://[::"}) {
    imitate([location](const test::HttpRequest& request) -> Answer {
      if (!is_upload(request)) return std::nullopt;
      return test::HttpAnswer{.status = 202, .headers = {{"Location", location}}};
    });
    EXPECT_THROW((void)repository().start_upload(), oci::Error) << location;
  }
}

TEST_F(Hostile, AForeignLayersAddressIsNeverAsked) {
  test::FakeRegistry elsewhere;
  const auto config = test::add_blob(store_, "{}", oci::media_type::kOciConfig);
  const oci::Descriptor foreign{
      .media_type = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
      .digest = oci::Digest::of(oci::as_bytes("layer")),
      .size = 5,
      .urls = {elsewhere.server().url() + "/layer"}};
  const auto manifest = oci::make_document(oci::Manifest{.config = config, .layers = {foreign}});
  registry_.add_blob("team/app", "{}");
  registry_.add_manifest("team/app", "v1", oci::media_type::kOciManifest, manifest.bytes);
  oci::MemoryStore pulled;
  pull_image(repository(), "v1", pulled);
  EXPECT_TRUE(elsewhere.server().lines().empty());
}

TEST_F(Hostile, AClaimedSizeAllocatesNothing) {
  const auto config = test::add_blob(store_, "{}", oci::media_type::kOciConfig);
  const oci::Descriptor giant{.media_type = oci::media_type::kOciLayer,
                              .digest = oci::Digest::of(oci::as_bytes("small")),
                              .size = std::uint64_t{1} << 62};
  const auto manifest = oci::make_document(oci::Manifest{.config = config, .layers = {giant}});
  registry_.add_blob("team/app", "{}");
  registry_.add_blob("team/app", "small");
  registry_.add_manifest("team/app", "v1", oci::media_type::kOciManifest, manifest.bytes);
  oci::MemoryStore pulled;
  EXPECT_THROW(pull_image(repository(), "v1", pulled), oci::Error);
}

TEST_F(Hostile, ADigestHeaderProvesNothing) {
  push(image_);
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.method != "GET") return std::nullopt;
    return test::HttpAnswer{.headers = {{"Content-Type", oci::media_type::kOciManifest},
                                        {"Docker-Content-Digest", image_.digest.to_string()}},
                            .body = R"({"schemaVersion":2})"};
  });
  try {
    (void)repository().get_manifest(image_.digest.to_string());
    FAIL() << "it was believed";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
  }
}

TEST_F(Hostile, ADocumentThatIsTwoThingsIsRefused) {
  registry_.add_manifest(
      "team/app", "v1", oci::media_type::kOciManifest,
      R"({"schemaVersion":2,"manifests":[],"layers":[],"config":{"mediaType":"a/b","size":2,)"
      R"("digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}})");
  oci::MemoryStore pulled;
  EXPECT_THROW(pull_image(repository(), "v1", pulled), oci::Error);
}

TEST_F(Hostile, AManifestWithoutEndIsCutOff) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.method != "GET") return std::nullopt;
    return test::HttpAnswer{.headers = {{"Content-Type", oci::media_type::kOciManifest}},
                            .body = std::string(std::size_t{6} << 20, ' ')};
  });
  EXPECT_THROW((void)repository().get_manifest("v1"), oci::Error);
}

TEST_F(Hostile, AStateOfAnUploadIsInNoLogAndNoError) {
  class Log final : public oci::Progress {
   public:
    std::unique_ptr<oci::ProgressTask> start(std::string_view group,
                                             std::string_view name) override {
      return oci::no_progress().start(group, name);
    }
    void output(std::string_view, std::string_view) override {}
    void warn(std::string_view line) override { debug(line); }
    void debug(std::string_view line) override {
      const std::lock_guard lock(mutex_);
      text_ += line;
    }
    std::string text() {
      const std::lock_guard lock(mutex_);
      return text_;
    }

   private:
    std::mutex mutex_;
    std::string text_;
  } log;
  HttpClient client({}, log);
  Registries registries(client);
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.method == "POST") {
      return test::HttpAnswer{
          .status = 202,
          .headers = {{"Location", "/v2/team/app/blobs/uploads/1?_state=hidden-from-all"}}};
    }
    if (request.method == "PUT") return test::HttpAnswer{.status = 400, .body = "no"};
    return std::nullopt;
  });
  const auto to = registries.repository(oci::Reference::parse(registry_.name("team/app")),
                                        Repository::Access::kPush);
  const auto blob = test::add_blob(store_, "content", "x/y");
  const PartAnswer answer = to.put_upload(to.start_upload(), blob, Body::of("content"));
  ASSERT_TRUE(answer.error);
  EXPECT_THAT(answer.error->what(), Not(HasSubstr("hidden-from-all")));
  EXPECT_THAT(log.text(), Not(HasSubstr("hidden-from-all")));
  EXPECT_THAT(log.text(), HasSubstr("PUT "));
}

}  // namespace
}  // namespace bale::registry
