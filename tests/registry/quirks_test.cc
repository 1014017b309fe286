// SPDX-License-Identifier: Apache-2.0
// What registries of the world do that the specification does not say, through doubles that imitate
// them. docs/registries.md has the list.

#include <atomic>
#include <mutex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/referrers.h"
#include "registry/auth_check.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/registry_double.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Quirks : public test::RegistryDouble {};

bool is_blob_upload(const test::HttpRequest& request) {
  return request.path().find("/blobs/uploads/") != std::string::npos;
}

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
  push(listing, {.tags = {oci::referrers_tag(image_.digest)}});
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
  EXPECT_THROW(repository().tags(), oci::Error) << "a part must not pass for the whole";
  EXPECT_TRUE(other.server().lines().empty());
}

TEST_F(Quirks, ALinkOfAProxyThatSpeaksTlsIsFollowedWhereWeAre) {
  const std::string host = registry_.host();
  imitate([host](const test::HttpRequest& request) -> Answer {
    if (request.path() != "/v2/team/app/tags/list") return std::nullopt;
    if (!request.query("last").empty()) return test::HttpAnswer{.body = R"({"tags":["b"]})"};
    return test::HttpAnswer{
        .headers = {{"Link", "<https://" + host + "/v2/team/app/tags/list?last=a>; rel=\"next\""}},
        .body = R"({"tags":["a"]})"};
  });
  EXPECT_THAT(repository().tags(), ElementsAre("a", "b"));
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

/// An answer to every request whose method is `method`, of this status and error.
std::function<std::optional<test::HttpAnswer>(const test::HttpRequest&)> refusing(
    std::string method, int status, std::string code, std::string message) {
  return [=](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != method) return std::nullopt;
    return test::HttpAnswer{.status = status, .body = test::error_body(code, message)};
  };
}

TEST_F(Quirks, DockerHubEndsLinesOfHeadersAsItLikes) {
  imitate([](const test::HttpRequest& request) -> Answer {
    if (request.method != "HEAD") return std::nullopt;
    return test::HttpAnswer{.status = 404, .headers = {{"X-One", "1\nX-Two: 2"}}};
  });
  push(image_);
  EXPECT_TRUE(registry_.manifest("team/app", "v1"));
}

TEST_F(Quirks, EcrHasToKnowARepositoryBeforehand) {
  const std::string text = "The repository with name 'team/app' does not exist in the registry";
  imitate(refusing("POST", 404, "NAME_UNKNOWN", text));
  const auto error = failure_of([&] { push(image_); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kNotFound);
  EXPECT_THAT(error.what(), HasSubstr(text));
  const AuthReport report = check_access(repository(), repository());
  EXPECT_THAT(report.findings.at(1).reason, HasSubstr("created first"));
}

TEST_F(Quirks, EcrKeepsImmutableTags) {
  const std::string text = "The image tag 'v1' already exists and cannot be overwritten";
  imitate(refusing("PUT", 400, "TAG_INVALID", text));
  const auto error = failure_of([&] { repository().put_manifest("v1", image_, "{}"); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
  EXPECT_THAT(error.what(), HasSubstr(text));
}

TEST_F(Quirks, EcrLimitsRatesUnderAnotherStatus) {
  std::atomic<int> refusals = 2;
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.method != "PUT" || !is_blob_upload(request) || refusals-- <= 0) {
      return std::nullopt;
    }
    return test::HttpAnswer{.status = 400,
                            .body = test::error_body("TOOMANYREQUESTS", "Rate exceeded")};
  });
  EXPECT_EQ(push(image_).blobs.uploaded, 3U);
}

TEST_F(Quirks, EcrSpeaksOfRatesUnderOtherStatusesAnywhere) {
  std::set<std::string> refused;
  std::mutex mutex;
  imitate([&](const test::HttpRequest& request) -> Answer {
    const bool content = request.method == "PUT" && is_blob_upload(request);
    if (request.method == "HEAD" || content) return std::nullopt;
    const std::lock_guard lock(mutex);
    if (!refused.insert(request.line()).second) return std::nullopt;
    return test::HttpAnswer{.status = 400,
                            .body = test::error_body("TOOMANYREQUESTS", "Rate exceeded")};
  });
  push(image_);
  EXPECT_EQ(repository().get_manifest("v1").descriptor.digest, image_.digest);
  EXPECT_EQ(refused.count("PUT /v2/team/app/manifests/v1"), 1U);
}

TEST_F(Quirks, EcrTakesNoTypesWithParametersAndNotEveryArtifact) {
  push(image_);
  for (const auto& request : registry_.server().requests()) {
    EXPECT_THAT(request.headers.find("Content-Type").value_or(""), Not(HasSubstr(";")));
  }
  imitate(refusing("PUT", 405, "UNSUPPORTED", "Invalid parameter at 'ImageManifest'"));
  const auto error = failure_of([&] { repository().put_manifest("v2", image_, "{}"); });
  EXPECT_THAT(error.what(), HasSubstr("405 UNSUPPORTED: Invalid parameter"));
}

TEST_F(Quirks, GcrTakesAMountForAQuestion) {
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.query("mount").empty()) return std::nullopt;
    return test::HttpAnswer{.status = 201};
  });
  const auto blob = test::add_blob(store_, "small", "x/y");
  BlobPusher pusher(repository(), {});
  pusher.start_blob(blob, store_);
  pusher.wait();
  EXPECT_EQ(pusher.counts().present, 1U);
}

TEST_F(Quirks, ARegistryThatHasMountedFromItselfIsAskedInNoOtherWay) {
  const auto push_blob = [this](const std::string& content) {
    BlobPusher pusher(repository(), {});
    pusher.start_blob(test::add_blob(store_, content, "x/y"), store_);
    pusher.wait();
  };
  push_blob("small");
  push_blob("small");  // mounted: now it is known
  registry_.server().forget_requests();
  push_blob(std::string(std::size_t{1} << 20, 'x'));
  EXPECT_THAT(registry_.server().lines(),
              ElementsAre("POST /v2/team/app/blobs/uploads/", "PUT /v2/team/app/blobs/uploads/2"));
}

TEST_F(Quirks, QuayWantsToKnowWhereAMountComesFrom) {
  PushOptions options{.tags = {"v1"}};
  options.blobs.origin = [this](const oci::Digest&) { return repository("other/base"); };
  push(image_, options);
  push(test::add_image(store_, "linux/arm64", "more"), {.tags = {"v2"}});
  for (const auto& request : registry_.server().requests()) {
    EXPECT_EQ(request.query("mount").empty(), request.query("from").empty());
  }
}

TEST_F(Quirks, QuayHasAnOpinionOnTypesOfArtifacts) {
  imitate(refusing("PUT", 415, "MANIFEST_INVALID", "manifest schema unsupported"));
  const auto error = failure_of([&] { repository().put_manifest("v1", image_, "{}"); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
  EXPECT_THAT(error.what(), HasSubstr("415 MANIFEST_INVALID: manifest schema unsupported"));
}

TEST_F(Quirks, QuayGrantsNobodyToDelete) {
  imitate(refusing("DELETE", 401, "UNAUTHORIZED", "access to the requested resource"));
  push(image_);
  const auto error = failure_of(
      [&] { repository("team/app", Repository::Access::kDelete).delete_manifest("v1"); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kDenied);
}

TEST_F(Quirks, HarborHasToKnowAProjectBeforehand) {
  imitate(refusing("POST", 404, "NOT_FOUND", "project team not found"));
  const AuthReport report = check_access(repository(), repository());
  EXPECT_THAT(report.findings.at(1).reason, HasSubstr("project may be missing"));
}

TEST_F(Quirks, HarborsProxyProjectsAreReadOnly) {
  imitate(refusing("POST", 405, "UNSUPPORTED", "can not push artifact to a proxy project"));
  const auto error = failure_of([&] { push(image_); });
  EXPECT_THAT(error.what(), HasSubstr("can not push artifact to a proxy project"));
}

TEST_F(Quirks, HarborCountsManifestsThatAreFetchedSoTheyAreAskedForByHead) {
  push(image_);
  registry_.server().forget_requests();
  push(image_);
  EXPECT_THAT(registry_.server().lines(), ElementsAre("HEAD /v2/team/app/manifests/v1"));
}

TEST_F(Quirks, NexusRefusesAnIndexWithoutItsImages) {
  const auto index = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  const std::string bytes = oci::read_blob(store_, index, oci::kMaxManifestSize);
  const auto error = failure_of([&] { repository().put_manifest("v1", index, bytes); });
  EXPECT_THAT(error.what(), HasSubstr("400 MANIFEST_BLOB_UNKNOWN"));
  push(index);  // all that it names goes first
  EXPECT_TRUE(registry_.manifest("team/app", "v1"));
}

TEST_F(Quirks, ArtifactoryHasRepositoriesBelowPaths) {
  const Repository deep = repository("docker-local/team/sub/app");
  push_image(store_, image_, deep, {.tags = {"v1"}});
  EXPECT_TRUE(registry_.manifest("docker-local/team/sub/app", "v1"));
}

TEST_F(Quirks, AcrReadsRangesOfPartsToTheLetter) {
  const Repository to = repository();
  const PartAnswer first = to.patch_upload(to.start_upload(), Body::of("abc"));
  (void)to.patch_upload(first.upload, Body::of("defg"));
  std::vector<std::string> ranges;
  for (const auto& request : registry_.server().requests()) {
    if (const auto range = request.headers.find("Content-Range")) ranges.push_back(*range);
  }
  EXPECT_THAT(ranges, ElementsAre("0-2", "3-6"));
}

TEST_F(Quirks, ZotMayWantOciTypesOnly) {
  imitate(refusing("PUT", 415, "MANIFEST_INVALID", "docker media types are not supported"));
  const auto error = failure_of([&] { repository().put_manifest("v1", image_, "{}"); });
  EXPECT_THAT(error.what(), HasSubstr("docker media types are not supported"));
}

TEST_F(Quirks, TheResultOfReferrersMayComeInPages) {
  push(image_);
  const std::string path = "/v2/team/app/referrers/" + image_.digest.to_string();
  const auto page = [](char digit) {
    return R"({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest)"
           R"(.v1+json","size":5,"digest":"sha256:)" +
           std::string(64, digit) + R"("}]})";
  };
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.path() != path) return std::nullopt;
    if (request.query("next") == "1") return test::HttpAnswer{.body = page('b')};
    return test::HttpAnswer{.headers = {{"Link", "<" + path + "?next=1>; rel=\"next\""}},
                            .body = page('a')};
  });
  EXPECT_EQ(repository().referrers(image_.digest).size(), 2U);
}

TEST_F(Quirks, BasicCredentialsGoWithEveryRequestAfterTheFirstRefusal) {
  test::FakeRegistry registry({.basic_login = "AWS:password"});
  const class : public Keychain {
    std::optional<Credential> find(const std::string&, const std::string&) const override {
      return Credential{.username = "AWS", .password = Secret("password"), .source = "test"};
    }
    std::string key(const std::string& host, const std::string&) const override { return host; }
  } aws;
  Registries ecr(client_, aws);
  const auto to =
      ecr.repository(oci::Reference::parse(registry.name("team/app")), Repository::Access::kPush);
  push_image(store_, image_, to, {.tags = {"v1"}});
  std::size_t without = 0;
  for (const auto& request : registry.server().requests()) {
    if (!request.headers.find("Authorization")) ++without;
  }
  EXPECT_EQ(without, 1U);
}

TEST_F(Quirks, ASignedAddressIsAskedForAnewAfterABreak) {
  const std::string content(std::size_t{3} << 20, 'z');
  const auto blob = test::add_blob(store_, content, "x/y");
  std::atomic<int> signatures = 0;
  std::vector<std::string> used;
  test::HttpServer storage([&](const test::HttpRequest& request) {
    used.push_back(request.query("sig"));
    const std::string range = request.headers.find("Range").value_or("bytes=0-");
    const std::size_t begin = std::stoull(range.substr(6));
    test::HttpAnswer answer{.status = begin > 0 ? 206 : 200, .body = content.substr(begin)};
    answer.headers.add("Content-Range", "bytes " + std::to_string(begin) + "-x/y");
    if (begin == 0) answer.cut_after = std::size_t{1} << 20;
    return answer;
  });
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.path().find("/blobs/sha256:") == std::string::npos) return std::nullopt;
    const std::string at = storage.url() + "/blob?sig=" + std::to_string(++signatures);
    return test::HttpAnswer{.status = 307, .headers = {{"Location", at}}};
  });
  oci::MemoryStore pulled;
  pull_blobs(repository(), {blob}, pulled);
  EXPECT_EQ(pulled.size(blob.digest), blob.size);
  EXPECT_THAT(used, ElementsAre("1", "2"));
}

TEST_F(Quirks, ContentThatIsSentCompressedIsStoredAsItCame) {
  const auto blob = test::add_blob(store_, "gzipped, or so it is said", "x/y");
  imitate([](const test::HttpRequest& request) -> Answer {
    EXPECT_FALSE(request.headers.find("Accept-Encoding"));
    if (request.path().find("/blobs/sha256:") == std::string::npos) return std::nullopt;
    return test::HttpAnswer{.headers = {{"Content-Encoding", "gzip"}},
                            .body = "gzipped, or so it is said"};
  });
  oci::MemoryStore pulled;
  pull_blobs(repository(), {blob}, pulled);
  EXPECT_EQ(pulled.size(blob.digest), blob.size);
}

TEST_F(Quirks, RequestsAreRepeatedAsOftenAsAsked) {
  RegistriesOptions options;
  options.retry = {.attempts = 9, .first_delay = std::chrono::milliseconds(1)};
  Registries patient(client_, no_keychain(), {}, options);
  std::atomic<int> failures = 8;
  imitate([&](const test::HttpRequest&) -> Answer {
    if (failures-- <= 0) return std::nullopt;
    return test::HttpAnswer{.status = 503};
  });
  const auto from = patient.repository(oci::Reference::parse(registry_.name("team/app")),
                                       Repository::Access::kPull);
  EXPECT_FALSE(from.head_manifest("v1"));
}

}  // namespace
}  // namespace bale::registry
