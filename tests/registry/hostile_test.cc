// SPDX-License-Identifier: Apache-2.0
// What a hostile registry might try, one fixture each.

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
#include "tests/support/registry_double.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool is_upload(const test::HttpRequest& request) {
  return request.path().find("/blobs/uploads/") != std::string::npos;
}

class Hostile : public test::RegistryDouble {};

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

/// A manifest under `team/app:v1` that is refused before anything that it names is asked for.
class HostileManifest : public Hostile, public ::testing::WithParamInterface<const char*> {};

TEST_P(HostileManifest, IsRefused) {
  registry_.add_blob("team/app", "{}");
  registry_.add_manifest("team/app", "v1", oci::media_type::kOciManifest, GetParam());
  oci::MemoryStore pulled;
  const auto error = failure_of([&] { pull_image(repository(), "v1", pulled); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt) << error.what();
  for (const std::string& line : registry_.server().lines()) {
    EXPECT_THAT(line, Not(HasSubstr("/blobs/")));
  }
}

constexpr const char* kDigestWithAPath =
    R"({"schemaVersion":2,"config":{"mediaType":"a/b","size":2,)"
    R"("digest":"sha256:../../../../etc/passwd"},"layers":[]})";
constexpr const char* kLookalikeKey =
    R"({"schemaVersion":2,"config":{"mediaType":"a/b","size":2,"digest":"sha256:44136fa355b3678a)"
    R"(1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[],"Layers":[]})";
constexpr const char* kKeyTwice =
    R"({"schemaVersion":2,"config":{"mediaType":"a/b","size":2,"digest":"sha256:44136fa355b3678a)"
    R"(1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[],"layers":[]})";
constexpr const char* kNegativeSize =
    R"({"schemaVersion":2,"config":{"mediaType":"a/b","size":-2,"digest":"sha256:44136fa355b3678a)"
    R"(1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]})";
constexpr const char* kGiantSize =
    R"({"schemaVersion":2,"config":{"mediaType":"a/b","size":1e30,"digest":"sha256:44136fa355b3678)"
    R"(a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]})";
constexpr const char* kAnotherType =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":{)"
    R"("mediaType":"a/b","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e)"
    R"(8310c060f61caaff8a"},"layers":[]})";

INSTANTIATE_TEST_SUITE_P(Documents, HostileManifest,
                         ::testing::Values(kDigestWithAPath, kLookalikeKey, kKeyTwice,
                                           kNegativeSize, kGiantSize, kAnotherType));

TEST_F(Hostile, AnIndexThatCallsAnImageSomethingElseIsRefused) {
  push(image_);
  oci::Descriptor lie = image_;
  lie.media_type = oci::media_type::kOciIndex;
  const auto index = oci::make_document(oci::Index{.manifests = {lie}});
  registry_.add_manifest("team/app", "v2", oci::media_type::kOciIndex, index.bytes);
  oci::MemoryStore pulled;
  EXPECT_EQ(failure_of([&] { pull_image(repository(), "v2", pulled); }).code(),
            oci::ErrorCode::kCorrupt);
}

TEST_F(Hostile, IndexesInIndexesEnd) {
  push(image_);
  oci::Descriptor inner = image_;
  for (int depth = 0; depth < 20; ++depth) {
    const auto index = oci::make_document(oci::Index{.manifests = {inner}});
    registry_.add_manifest("team/app", "deep", oci::media_type::kOciIndex, index.bytes);
    inner = index.descriptor;
  }
  oci::MemoryStore pulled;
  const auto error = failure_of([&] { pull_image(repository(), "deep", pulled); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
  EXPECT_THAT(error.what(), HasSubstr("deep"));
}

TEST_F(Hostile, AnIndexOfAMultitudeIsRefused) {
  oci::Index index;
  for (std::size_t i = 0; i <= oci::kMaxDescriptors; ++i) {
    index.manifests.push_back({.media_type = oci::media_type::kOciManifest,
                               .digest = oci::Digest::of(oci::as_bytes(std::to_string(i))),
                               .size = 2});
  }
  registry_.add_manifest("team/app", "many", oci::media_type::kOciIndex,
                         oci::make_document(std::move(index)).bytes);
  oci::MemoryStore pulled;
  EXPECT_EQ(failure_of([&] { pull_image(repository(), "many", pulled); }).code(),
            oci::ErrorCode::kCorrupt);
  EXPECT_THAT(registry_.server().lines(), ::testing::SizeIs(1));
}

TEST_F(Hostile, AnErrorWithoutEndIsCutOffAndHarmless) {
  imitate([](const test::HttpRequest&) -> Answer {
    return test::HttpAnswer{.status = 400, .body = "\x1b]0;title\x07" + std::string(100'000, 'x')};
  });
  const auto error = failure_of([&] { (void)repository().get_manifest("v1"); });
  EXPECT_LT(std::string(error.what()).size(), 1000U);
  EXPECT_THAT(error.what(), Not(HasSubstr("\x1b")));
}

TEST_F(Hostile, AFloodOfWarningsEnds) {
  class Log final : public oci::Progress {
   public:
    std::unique_ptr<oci::ProgressTask> start(std::string_view group,
                                             std::string_view name) override {
      return oci::no_progress().start(group, name);
    }
    void output(std::string_view, std::string_view) override {}
    void warn(std::string_view line) override { bytes += line.size(); }
    void debug(std::string_view) override {}
    std::size_t bytes = 0;
  } log;
  HttpClient client({}, log);
  std::atomic<int> number = 0;
  imitate([&](const test::HttpRequest&) -> Answer {
    test::HttpAnswer answer{.status = 404};
    answer.headers.add("Warning",
                       "299 - \"" + std::string(500, 'w') + std::to_string(++number) + "\"");
    return answer;
  });
  for (int i = 0; i < 50; ++i) {
    client.send({.method = "HEAD", .url = Url::parse(registry_.server().url() + "/v2/")});
  }
  EXPECT_LT(log.bytes, 8000U);
  EXPECT_GT(log.bytes, 500U);
}

TEST_F(Hostile, ATokenWithoutEndIsCutOff) {
  test::HttpServer tokens([](const test::HttpRequest&) {
    return test::HttpAnswer{.body = R"({"token":")" + std::string(std::size_t{2} << 20, 't')};
  });
  imitate([&](const test::HttpRequest&) -> Answer {
    return test::HttpAnswer{
        .status = 401,
        .headers = {{"WWW-Authenticate", "Bearer realm=\"" + tokens.url() + "/token\""}}};
  });
  EXPECT_EQ(failure_of([&] { (void)repository().head_manifest("v1"); }).code(),
            oci::ErrorCode::kCorrupt);
}

TEST_F(Hostile, WhatAChallengeSaysStaysInItsQuery) {
  test::HttpServer tokens(
      [](const test::HttpRequest&) { return test::HttpAnswer{.body = R"({"token":"t"})"}; });
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.headers.find("Authorization")) return std::nullopt;
    return test::HttpAnswer{
        .status = 401,
        .headers = {{"WWW-Authenticate", "Bearer realm=\"" + tokens.url() +
                                             "/token\",service=\"s&account=root#\","
                                             "scope=\"repository:a&b=c:pull\""}}};
  });
  EXPECT_FALSE(repository().head_manifest("v1"));
  const auto request = tokens.requests().at(0);
  EXPECT_EQ(request.query("service"), "s&account=root#");
  EXPECT_EQ(request.query("account"), "");
  EXPECT_EQ(request.query("b"), "");
}

TEST_F(Hostile, ARealmOnAnotherMachineGetsNoPassword) {
  test::HttpServer thief(
      [](const test::HttpRequest&) { return test::HttpAnswer{.body = R"({"token":"t"})"}; });
  const std::string realm = "http://localhost" + thief.host().substr(thief.host().find(':'));
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.headers.find("Authorization")) return std::nullopt;
    return test::HttpAnswer{
        .status = 401, .headers = {{"WWW-Authenticate", "Bearer realm=\"" + realm + "/token\""}}};
  });
  const class : public Keychain {
    std::optional<Credential> find(const std::string&, const std::string&) const override {
      return Credential{.username = "alice", .password = Secret("secret"), .source = "test"};
    }
    std::string key(const std::string& host, const std::string&) const override { return host; }
  } alice;
  Registries known(client_, alice);
  (void)known
      .repository(oci::Reference::parse(registry_.name("team/app")), Repository::Access::kPull)
      .head_manifest("v1");
  ASSERT_EQ(thief.requests().size(), 1U);
  EXPECT_FALSE(thief.requests()[0].headers.find("Authorization"));
  EXPECT_EQ(thief.requests()[0].query("account"), "");
}

TEST_F(Hostile, ADigestInAHeaderThatIsNoneIsNotUsed) {
  push(image_);
  const std::string bytes = oci::read_blob(store_, image_, oci::kMaxManifestSize);
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.path() != "/v2/team/app/manifests/v1") return std::nullopt;
    return test::HttpAnswer{.headers = {{"Content-Type", oci::media_type::kOciManifest},
                                        {"Docker-Content-Digest", "sha256:../../../v2/x"}},
                            .body = bytes};
  });
  EXPECT_EQ(repository().head_manifest("v1")->digest, image_.digest);
}

TEST_F(Hostile, ARedirectThatNeverEndsIsGivenUp) {
  imitate([](const test::HttpRequest&) -> Answer {
    return test::HttpAnswer{.status = 307, .headers = {{"Location", "/again"}}};
  });
  EXPECT_THAT(failure_of([&] { (void)repository().get_manifest("v1"); }).what(),
              HasSubstr("redirected more than"));
}

}  // namespace
}  // namespace bale::registry
