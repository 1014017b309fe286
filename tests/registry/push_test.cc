// SPDX-License-Identifier: Apache-2.0
#include "registry/push.h"

#include <algorithm>
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_walk.h"
#include "registry/registries.h"
#include "tests/support/fake_registry.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class PushTest : public ::testing::Test {
 protected:
  Repository repository(const std::string& name) {
    return registries_.repository(oci::Reference::parse(registry_.name(name)),
                                  Repository::Access::kPush);
  }

  PushResult push(const oci::Descriptor& root, const std::string& name, PushOptions options) {
    options.blobs.upload.retry.first_delay = std::chrono::milliseconds(1);
    registry_.server().forget_requests();
    return push_image(store_, root, repository(name), options);
  }

  std::size_t count(const std::string& method) {
    const auto requests = registry_.server().requests();
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(),
                      [&](const test::HttpRequest& r) { return r.method == method; }));
  }

  test::FakeRegistry registry_;
  HttpClient client_;
  Registries registries_{client_};
  oci::MemoryStore store_;
};

TEST_F(PushTest, BringsAnIndexWithEverythingUnderIt) {
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  const PushResult result = push(root, "team/app", {.tags = {"v1", "latest"}});
  for (const auto& blob : oci::list_image_blobs(store_, root)) {
    const std::string& digest = blob.descriptor.digest.to_string();
    const bool there = registry_.blob("team/app", blob.descriptor.digest) ||
                       registry_.manifest("team/app", digest);
    EXPECT_TRUE(there) << digest;
  }
  EXPECT_EQ(registry_.manifest("team/app", "v1"), registry_.manifest("team/app", "latest"));
  EXPECT_THAT(result.changed_tags, ElementsAre("v1", "latest"));
  EXPECT_EQ(result.manifests, 4U);
}

TEST_F(PushTest, OfAnUnchangedImageIsOneRequest) {
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  push(root, "team/app", {.tags = {"v1"}});
  const PushResult result = push(root, "team/app", {.tags = {"v1"}});
  EXPECT_THAT(registry_.server().lines(), ElementsAre("HEAD /v2/team/app/manifests/v1"));
  EXPECT_TRUE(result.changed_tags.empty());
}

TEST_F(PushTest, OfAKnownImageUnderANewTagIsTwoRequests) {
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  push(root, "team/app", {.tags = {"v1"}});
  push(root, "team/app", {.tags = {"v2"}, .known_there = true, .known_tags = {"v1"}});
  EXPECT_THAT(registry_.server().lines(),
              ElementsAre("HEAD /v2/team/app/manifests/" + root.digest.to_string(),
                          "PUT /v2/team/app/manifests/v2"));
}

TEST_F(PushTest, RemembersWronglyAndSendsEverythingAllTheSame) {
  const auto root = test::add_index(store_, {"linux/amd64"});
  push(root, "team/app", {.tags = {"v2"}, .known_there = true});
  EXPECT_TRUE(registry_.manifest("team/app", "v2"));
}

TEST_F(PushTest, AsksForEachBlobOnceAndSendsItOnce) {
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  const PushResult result = push(root, "team/app", {.tags = {"v1"}});
  std::vector<std::string> lines = registry_.server().lines();
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) {
    if (line.find("/blobs/sha256") != std::string::npos) {
      EXPECT_EQ(std::count(lines.begin(), lines.end(), line), 1) << line;
    }
  }
  EXPECT_EQ(count("POST"), result.blobs.uploaded);
}

TEST_F(PushTest, ByDigestAloneSetsNoTag) {
  const auto root = test::add_image(store_, "linux/amd64");
  push(root, "team/app", {});
  EXPECT_TRUE(registry_.manifest("team/app", root.digest.to_string()));
}

TEST_F(PushTest, DoesNotReplaceAnIndexByAnImageUnlessForced) {
  push(test::add_index(store_, {"linux/amd64", "linux/arm64"}), "team/app", {.tags = {"v1"}});
  const auto image = test::add_image(store_, "linux/amd64");
  try {
    push(image, "team/app", {.tags = {"v1"}});
    FAIL() << "the index was replaced";
  } catch (const oci::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("is an index of several platforms"));
    EXPECT_THAT(error.hint(), HasSubstr("--force"));
  }
  EXPECT_EQ(count("PUT") + count("POST"), 0U);
  push(image, "team/app", {.tags = {"v1"}, .replace = PushOptions::Replace::kAny});
  EXPECT_EQ(registry_.manifest("team/app", "v1"),
            oci::read_blob(store_, image, std::size_t{1} << 20));
}

TEST_F(PushTest, ChangesNoTagThatIsThereWhereItMustNot) {
  const auto first = test::add_image(store_, "linux/amd64", "first");
  const auto second = test::add_image(store_, "linux/amd64", "second");
  push(first, "team/app", {.tags = {"v1"}, .existing = Existing::kKeep});
  EXPECT_THROW(push(second, "team/app", {.tags = {"v1"}, .existing = Existing::kKeep}), oci::Error);
  EXPECT_EQ(count("POST") + count("PUT"), 0U);
  EXPECT_TRUE(
      push(first, "team/app", {.tags = {"v1"}, .existing = Existing::kKeep}).changed_tags.empty());
}

TEST_F(PushTest, ReplacesOnlyWhatIsExpected) {
  const auto first = test::add_image(store_, "linux/amd64", "first");
  const auto second = test::add_image(store_, "linux/amd64", "second");
  const auto third = test::add_image(store_, "linux/amd64", "third");
  push(first, "team/app", {.tags = {"v1"}});
  push(second, "team/app", {.tags = {"v1"}, .expected = first.digest});
  try {
    push(third, "team/app", {.tags = {"v1"}, .expected = first.digest});
    FAIL() << "another image was replaced";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
    EXPECT_THAT(error.what(), HasSubstr("was expected to be " + first.digest.to_string()));
  }
}

TEST_F(PushTest, LooksAgainRightBeforeItSetsAGuardedTag) {
  const auto first = test::add_image(store_, "linux/amd64", "first");
  const auto other = test::add_image(store_, "linux/amd64", "other");
  const std::string bytes = oci::read_blob(store_, other, oci::kMaxManifestSize);
  std::atomic<bool> raced = false;
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method == "POST" && !raced.exchange(true)) {
      registry_.add_manifest("team/app", "v1", oci::media_type::kOciManifest, bytes);
    }
    return std::nullopt;
  });
  EXPECT_THROW(push(first, "team/app", {.tags = {"v1"}, .existing = Existing::kKeep}), oci::Error);
  EXPECT_EQ(registry_.manifest("team/app", "v1"), bytes);
}

TEST_F(PushTest, MountsWhatTheNeighbourHas) {
  const auto image = test::add_image(store_, "linux/amd64");
  push(image, "team/base", {.tags = {"v1"}});
  PushOptions options{.tags = {"v1"}};
  options.blobs.origin = [&](const oci::Digest&) { return repository("team/base"); };
  const PushResult result = push(image, "team/app", options);
  EXPECT_EQ(result.blobs.uploaded, 0U);
  EXPECT_EQ(result.blobs.mounted, 3U);
  EXPECT_EQ(count("POST"), 3U);
}

TEST_F(PushTest, FromARepositoryOfTheSameRegistryMovesNoByte) {
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  push(root, "team/base", {.tags = {"v1"}});
  const auto result =
      push_image(repository("team/base"), root, repository("team/app"), {.tags = {"v1"}});
  EXPECT_EQ(result.blobs.uploaded, 0U);
  EXPECT_GT(result.blobs.mounted, 0U);
  EXPECT_TRUE(registry_.manifest("team/app", "v1"));
}

TEST_F(PushTest, UploadsWhatTheNeighbourDoesNotHaveWithoutAskingTwice) {
  const auto image = test::add_image(store_, "linux/amd64");
  PushOptions options{.tags = {"v1"}};
  options.blobs.origin = [&](const oci::Digest&) { return repository("team/base"); };
  const PushResult result = push(image, "team/app", options);
  EXPECT_EQ(result.blobs.uploaded, 3U);
  EXPECT_EQ(count("POST"), 3U);
}

TEST_F(PushTest, BeginsAnUploadAnewThatTheRegistryLost) {
  const auto image = test::add_image(store_, "linux/amd64");
  std::atomic<int> failures = 2;
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    const bool upload =
        request.method == "PUT" && request.path().find("/blobs/") != std::string::npos;
    if (!upload || failures-- <= 0) return std::nullopt;
    return test::HttpAnswer{.hang_up = true};
  });
  push(image, "team/app", {.tags = {"v1"}});
  EXPECT_TRUE(registry_.manifest("team/app", "v1"));
}

TEST_F(PushTest, WritesAManifestAgainThatMetARivalsInTheRegistry) {
  const auto image = test::add_image(store_, "linux/amd64");
  std::atomic<int> refusals = 1;
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    const bool manifest = request.line() == "PUT /v2/team/app/manifests/v1";
    if (!manifest || refusals-- <= 0) return std::nullopt;
    return test::HttpAnswer{.status = 400,
                            .body = test::error_body("DIGEST_INVALID", "did not match")};
  });
  push(image, "team/app", {.tags = {"v1"}});
  EXPECT_TRUE(registry_.manifest("team/app", "v1"));
  EXPECT_EQ(refusals, -1);
}

TEST_F(PushTest, WaitsForAllWhereTheRegistryAskedOneToWait) {
  const auto image = test::add_image(store_, "linux/amd64");
  std::atomic<int> refusals = 1;
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PUT" || refusals-- <= 0) return std::nullopt;
    return test::HttpAnswer{.status = 429,
                            .headers = {{"Retry-After", "0"}},
                            .body = test::error_body("TOOMANYREQUESTS", "slow down")};
  });
  push(image, "team/app", {.tags = {"v1"}});
  EXPECT_TRUE(registry_.manifest("team/app", "v1"));
}

TEST_F(PushTest, EndsWhereTheRegistryKeepsLosingUploads) {
  const auto image = test::add_image(store_, "linux/amd64");
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PUT") return std::nullopt;
    return test::HttpAnswer{.hang_up = true};
  });
  PushOptions options{.tags = {"v1"}};
  options.blobs.upload.retry.attempts = 3;
  try {
    push(image, "team/app", options);
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("pushing sha256:"));
  }
}

TEST_F(PushTest, TellsTheFirstFailureAndEndsTheRest) {
  const auto image = test::add_image(store_, "linux/amd64", "", 6);
  registry_.intercept([](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "POST") return std::nullopt;
    return test::HttpAnswer{.status = 403, .body = test::error_body("DENIED", "read-only")};
  });
  try {
    push(image, "team/app", {.tags = {"v1"}});
    FAIL() << "it went through";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kDenied);
    EXPECT_THAT(error.what(), HasSubstr("403 DENIED: read-only"));
  }
  EXPECT_FALSE(registry_.manifest("team/app", "v1"));
}

TEST_F(PushTest, SendsTagsLast) {
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  push(root, "team/app", {.tags = {"v1"}});
  EXPECT_EQ(registry_.server().lines().back(), "PUT /v2/team/app/manifests/v1");
}

TEST(BlobPusher, TakesBlobsWhileTheBuildStillRuns) {
  test::FakeRegistry registry;
  HttpClient client;
  Registries registries(client);
  oci::MemoryStore store;
  const auto image = test::add_image(store, "linux/amd64");
  const auto repository = registries.repository(oci::Reference::parse(registry.name("team/app")),
                                                Repository::Access::kPush);
  BlobPusher pusher(repository, {});
  const auto manifest = oci::read_manifest(store, image);
  for (const auto& layer : manifest.value.layers) pusher.start_blob(layer, store);
  pusher.wait();
  for (const auto& layer : manifest.value.layers) {
    EXPECT_TRUE(registry.blob("team/app", layer.digest));
  }
  registry.server().forget_requests();
  const PushResult result = push_image(store, image, pusher, {.tags = {"v1"}});
  EXPECT_EQ(result.blobs.uploaded, 3U);
  EXPECT_THAT(registry.server().lines().back(), "PUT /v2/team/app/manifests/v1");
  EXPECT_EQ(registry.server().lines().size(), 5U);  // two HEADs, the config's two, one PUT
}

}  // namespace
}  // namespace bale::registry
