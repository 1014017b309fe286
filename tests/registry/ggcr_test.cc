// SPDX-License-Identifier: Apache-2.0
// The registry inside go-containerregistry (`crane registry serve`), as measured: the opposite of
// docker-registry in most rows of docs/registries.md.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/referrers.h"
#include "registry/auth_check.h"
#include "registry/delete_tag.h"
#include "registry/pull.h"
#include "registry/referrers.h"
#include "tests/support/large_image.h"
#include "tests/support/random_bytes.h"
#include "tests/support/registry_double.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

test::FakeRegistry::Options ggcr() {
  return {.mounts = false,
          .keeps_half_parts = false,
          .upload_status = false,
          .part_status = 204,
          .no_upload_status = 400,
          .ranges = false,
          .links = false,
          .checks_manifests = false,
          .tags_stay = true,
          .tells_subject = false};
}

class Ggcr : public test::RegistryDouble {
 protected:
  Ggcr() : RegistryDouble(ggcr()) {}

  BlobCounts push_blob(const oci::Descriptor& blob, UploadPolicy policy = {}) {
    policy.retry.first_delay = std::chrono::milliseconds(1);
    BlobPusher pusher(repository(), {.upload = policy});
    pusher.start_blob(blob, store_);
    pusher.wait();
    return pusher.counts();
  }

  std::size_t mounts_asked_for() {
    const auto requests = registry_.server().requests();
    return static_cast<std::size_t>(std::count_if(
        requests.begin(), requests.end(),
        [](const test::HttpRequest& request) { return !request.query("mount").empty(); }));
  }

  std::size_t lines_with(const std::string& part) {
    const auto lines = registry_.server().lines();
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(),
        [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
};

TEST_F(Ggcr, TakesPartsWith204) {
  const auto blob = test::add_blob(store_, test::random_bytes(3 * kMiB), "x/y");
  push_blob(blob, {.stream_limit = kMiB, .chunk_size = kMiB});
  EXPECT_TRUE(registry_.blob("team/app", blob.digest));
}

TEST_F(Ggcr, ChecksWhereAPartBelongs) {
  const Repository to = repository();
  Upload upload = to.start_upload();
  upload.offset = 5;
  EXPECT_EQ(to.patch_upload(upload, Body::of("abc")).verdict, PartAnswer::Verdict::kMisplaced);
}

TEST_F(Ggcr, DoesNotSayHowMuchOfAnUploadItHas) {
  const Repository to = repository();
  EXPECT_FALSE(to.upload_status(to.start_upload()));
}

TEST_F(Ggcr, GetsABlobAnewWhoseUploadBroke) {
  int breaks = 1;
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.method != "PATCH" || breaks-- <= 0) return std::nullopt;
    return test::HttpAnswer{.hang_up = true};
  });
  const auto blob = test::add_blob(store_, test::random_bytes(3 * kMiB), "x/y");
  push_blob(blob, {.stream_limit = kMiB, .chunk_size = kMiB, .smallest_chunk = kMiB});
  EXPECT_TRUE(registry_.blob("team/app", blob.digest));
}

TEST_F(Ggcr, AnswersEveryMountWithAnUpload) {
  const Repository to = repository();
  const auto blob = test::add_blob(store_, "content", "x/y");
  registry_.add_blob("other/app", "content");
  const auto upload = to.mount_blob(blob.digest, repository("other/app"));
  ASSERT_TRUE(upload);
  EXPECT_FALSE(to.put_upload(*upload, blob, Body::of("content")).error);
}

TEST_F(Ggcr, IsNotSentABlobTwiceThatItHas) {
  const auto blob = test::add_blob(store_, test::random_bytes(64 * 1024), "x/y");
  EXPECT_EQ(push_blob(blob).uploaded, 1U);
  EXPECT_EQ(push_blob(blob).present, 1U);
}

TEST_F(Ggcr, IsAskedOnceHowItMountsAndThenForEachBlob) {
  std::vector<oci::Descriptor> layers;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    layers.push_back(
        test::add_blob(store_, test::random_bytes(64 * 1024, seed), oci::media_type::kOciLayer));
  }
  EXPECT_EQ(push(test::add_image_of(store_, layers)).blobs.uploaded, 5U);
  // The config is asked for by a mount, and then, being there, once more.
  EXPECT_EQ(mounts_asked_for(), 2U);
  EXPECT_EQ(lines_with("DELETE"), 1U);
  EXPECT_EQ(lines_with("/blobs/sha256:"), 4U);
  registry_.server().forget_requests();
  layers.pop_back();
  EXPECT_EQ(push(test::add_image_of(store_, layers), {.tags = {"v2"}}).blobs.present, 3U);
  EXPECT_EQ(mounts_asked_for(), 1U);
  EXPECT_EQ(lines_with("DELETE"), 0U);
}

TEST_F(Ggcr, CutsListsOffWithoutSayingSo) {
  registry_.add_manifest("team/app", "last", oci::media_type::kOciManifest, "{}");
  for (int i = 0; i < 1000; ++i) {
    registry_.add_manifest("team/app", "a" + std::to_string(i), oci::media_type::kOciManifest,
                           "{}");
  }
  EXPECT_EQ(repository().tags().size(), 1001U);
}

TEST_F(Ggcr, DeletesATagAlone) {
  push(image_, {.tags = {"v1", "v2"}});
  delete_tag(repository(), "v1");
  EXPECT_THAT(repository().tags(), ElementsAre("v2"));
}

TEST_F(Ggcr, KeepsTheTagsOfADeletedManifest) {
  push(image_);
  repository().delete_manifest(image_.digest.to_string());
  EXPECT_THAT(repository().tags(), ElementsAre("v1"));
  EXPECT_FALSE(repository().head_manifest("v1"));
}

TEST_F(Ggcr, ListsReferrersAsPlainTextAndDoesNotSaySoAtThePush) {
  push(image_);
  const auto config = test::add_blob(store_, "{}", oci::media_type::kOciEmpty);
  const auto artifact = oci::make_document(oci::Manifest{.artifact_type = "application/vnd.test",
                                                         .config = config,
                                                         .layers = {config},
                                                         .subject = image_});
  oci::write_blob(store_, artifact.descriptor, artifact.bytes);
  push(artifact.descriptor, {});
  // Not told that the API lists it, the client has kept the tag as well; it is listed once.
  EXPECT_TRUE(registry_.manifest("team/app", oci::referrers_tag(image_.digest)));
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.path().find("/referrers/") == std::string::npos) return std::nullopt;
    return test::HttpAnswer{.headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                            .body = R"({"schemaVersion":2,"manifests":[{"mediaType":")" +
                                    artifact.descriptor.media_type.to_string() +
                                    R"(","artifactType":"application/vnd.oci.empty.v1+json",)" +
                                    R"("size":)" + std::to_string(artifact.descriptor.size) +
                                    R"(,"digest":")" + artifact.descriptor.digest.to_string() +
                                    R"("}]})"};
  });
  EXPECT_EQ(repository().referrers(image_.digest).size(), 1U);
}

TEST_F(Ggcr, TakesAManifestWhoseBlobsAreNotThereButNeverGetsOne) {
  const std::string bytes = oci::read_blob(store_, image_, oci::kMaxManifestSize);
  repository("team/broken").put_manifest("v1", image_, bytes);
  push(image_);
  const auto lines = registry_.server().lines();
  EXPECT_EQ(lines.back(), "PUT /v2/team/app/manifests/v1");
  for (const auto& blob : oci::parse_manifest(bytes).layers) {
    EXPECT_TRUE(registry_.blob("team/app", blob.digest));
  }
}

TEST_F(Ggcr, RefusesAWrongDigest) {
  const Repository to = repository();
  const auto blob = test::add_blob(store_, "content", "x/y");
  const auto error =
      failure_of([&] { (void)to.put_upload(to.start_upload(), blob, Body::of("another")); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
}

TEST_F(Ggcr, AnswersARangeWithEverything) {
  const std::string content = test::random_bytes(2 * kMiB);
  const auto blob = test::add_blob(store_, content, "x/y");
  registry_.add_blob("team/app", content);
  const auto rest = repository().get_blob(blob, kMiB);
  EXPECT_EQ(oci::read_all(*rest, 2 * kMiB), content.substr(kMiB));
}

TEST_F(Ggcr, GivesAManifestToWhoeverAsks) {
  push(image_);
  oci::MemoryStore pulled;
  EXPECT_EQ(pull_image(repository(), "v1", pulled).digest, image_.digest);
}

}  // namespace
}  // namespace bale::registry
