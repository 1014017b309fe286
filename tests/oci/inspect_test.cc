// SPDX-License-Identifier: Apache-2.0
#include "oci/inspect.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_layout.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Descriptor add_document(BlobStore& store, const auto& document) {
  write_blob(store, document.descriptor, document.bytes);
  return document.descriptor;
}

Descriptor add_attestation(BlobStore& store, const Descriptor& image) {
  Descriptor statement = test::add_blob(store, "{}", "application/vnd.in-toto+json");
  statement.annotations["in-toto.io/predicate-type"] = "https://slsa.dev/provenance/v0.2";
  const auto config =
      test::add_blob(store, R"({"architecture":"unknown","os":"unknown"})", media_type::kOciConfig);
  Descriptor entry =
      add_document(store, make_document(Manifest{.config = config, .layers = {statement}}));
  entry.platform = Platform{"unknown", "unknown", "", "", {}};
  entry.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                       {"vnd.docker.reference.digest", image.digest.to_string()}};
  return entry;
}

TEST(Inspect, CountsWhatPlatformsShareAndWhatIsUnique) {
  MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm64"});
  const auto report = inspect_image(store, root, "app");
  ASSERT_EQ(report.manifests.size(), 2U);
  const auto& [amd, arm] = std::tie(report.manifests[0], report.manifests[1]);
  const std::uint64_t base = amd.layers[0].descriptor.size;
  EXPECT_EQ(amd.layers[0].platforms, 2U);
  EXPECT_EQ(amd.layers[1].platforms, 1U);
  EXPECT_EQ(amd.compressed_size, amd.descriptor.size + amd.config_descriptor->size + base +
                                     amd.layers[1].descriptor.size);
  EXPECT_EQ(report.compressed_size, amd.compressed_size + arm.compressed_size);
  EXPECT_EQ(report.shared_size, base);
  EXPECT_EQ(report.unique_size, root.size + report.compressed_size - base);
  EXPECT_EQ(report.platforms, 2U);
}

TEST(Inspect, GivesEachLayerItsLineOfTheHistory) {
  MemoryStore store;
  const auto report = inspect_image(store, test::add_image(store, "linux/amd64"), "");
  ASSERT_EQ(report.manifests.size(), 1U);
  EXPECT_EQ(report.manifests[0].layers[0].created_by, "COPY file0 /");
  EXPECT_EQ(report.manifests[0].layers[1].created_by, "COPY file1 /");
}

TEST(Inspect, AHistoryThatDoesNotFitGivesNoLines) {
  MemoryStore store;
  const auto image = test::add_image(store, "linux/amd64");
  Manifest manifest = read_manifest(store, image).value;
  ImageConfig config = read_image_config(store, manifest.config).value;
  config.history.push_back(config.history.front());
  manifest.config = add_document(store, make_document(config, manifest.media_type));
  const auto root = add_document(store, make_document(manifest));
  const auto report = inspect_image(store, root, "");
  EXPECT_EQ(report.manifests[0].layers[0].created_by, "");
}

TEST(Inspect, TellsWhatAnAttestationAttests) {
  MemoryStore store;
  const auto image = test::add_image(store, "linux/arm64");
  const auto attestation = add_attestation(store, image);
  const auto root = add_document(store, make_document(Index{.manifests = {image, attestation}}));
  const auto report = inspect_image(store, root, "");
  EXPECT_EQ(report.manifests[1].kind, ManifestKind::kAttestation);
  EXPECT_EQ(report.manifests[1].attests, image.digest);
  EXPECT_EQ(report.platforms, 1U);
  EXPECT_THAT(render_tree(report), HasSubstr("attestation of linux/arm64"));
  EXPECT_THAT(render_tree(report), HasSubstr("predicate https://slsa.dev/provenance/v0.2"));
}

TEST(Inspect, ReportsAMissingManifestAndGoesOn) {
  MemoryStore store;
  MemoryStore elsewhere;
  const auto root = add_document(
      store, make_document(Index{.manifests = {test::add_image(elsewhere, "linux/amd64"),
                                               test::add_image(store, "linux/arm64")}}));
  const auto report = inspect_image(store, root, "");
  EXPECT_EQ(report.manifests[0].kind, ManifestKind::kMissing);
  EXPECT_EQ(report.manifests[1].kind, ManifestKind::kImage);
  EXPECT_THROW(inspect_image(elsewhere, root, ""), Error);
}

TEST(Inspect, AsksForUncompressedSizes) {
  MemoryStore store;
  const auto image = test::add_image(store, "linux/amd64");
  Manifest manifest = read_manifest(store, image).value;
  for (auto& layer : manifest.layers) layer.media_type = media_type::kOciLayerGzip;
  const auto root = add_document(store, make_document(manifest));
  EXPECT_FALSE(inspect_image(store, root, "").manifests[0].uncompressed_size);
  const auto known = [](const Descriptor&, const DiffId&) {
    return std::optional<std::uint64_t>(7);
  };
  EXPECT_EQ(
      inspect_image(store, root, "", {.uncompressed_size = known}).manifests[0].uncompressed_size,
      14U);
}

TEST(InspectJson, HasThePlatformsWherePodmanHasThem) {
  MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm/v7"});
  const json report = json::parse(to_json(inspect_image(store, root, "app")));
  EXPECT_EQ(report["version"], 1);
  EXPECT_EQ(report["digest"], root.digest.to_string());
  EXPECT_EQ(report["manifests"][1]["platform"],
            json({{"architecture", "arm"}, {"os", "linux"}, {"variant", "v7"}}));
  EXPECT_EQ(report["manifests"][0]["layers"][0]["createdBy"], "COPY file0 /");
  EXPECT_EQ(report["manifests"][0]["config"]["entrypoint"], json({"/hello"}));
}

TEST(InspectJson, ASingleManifestHasThePlatformOfItsConfig) {
  MemoryStore store;
  auto image = test::add_image(store, "linux/arm64");
  image.platform.reset();
  const json report = json::parse(to_json(inspect_image(store, image, "")));
  EXPECT_EQ(report["manifests"][0]["platform"]["architecture"], "arm64");
}

TEST(InspectTree, ObeysNoEscapeCodes) {
  MemoryStore store;
  auto index = Index{.manifests = {test::add_image(store, "linux/amd64")},
                     .annotations = {{"note", "\x1b[31mred\nnext"}}};
  const auto root = add_document(store, make_document(index));
  const std::string tree = render_tree(inspect_image(store, root, "app"));
  EXPECT_EQ(tree.find('\x1b'), std::string::npos);
  EXPECT_THAT(tree, HasSubstr("note = \\x1b[31mred next"));
}

TEST(InspectTree, ShowsLayersWithTheirInstructions) {
  MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm64"});
  const std::string tree = render_tree(inspect_image(store, root, "app:v1"));
  EXPECT_TRUE(tree.starts_with("app:v1  index sha256:"));
  EXPECT_THAT(tree, HasSubstr("│  └─ COPY file0 /"));
  EXPECT_THAT(tree, HasSubstr("in 2 platforms"));
  EXPECT_THAT(tree, HasSubstr("└─ 2 platforms, "));
}

TEST(Inspect, TellsTheSameWithAndWithoutAPool) {
  MemoryStore store;
  Index index;
  for (int i = 0; i < 600; ++i) {
    const std::string salt = std::to_string(i / 2);  // pairs share their layers
    index.manifests.push_back(test::add_image(store, "linux/amd64", salt));
  }
  index.manifests.push_back(add_attestation(store, index.manifests[0]));
  const auto root = add_document(store, make_document(index));
  ThreadPool pool(3);
  const auto alone = inspect_image(store, root, "app");
  const auto together = inspect_image(store, root, "app", {.pool = &pool});
  std::string json_together;
  write_json(
      together, [&](std::string_view piece) { json_together += piece; }, &pool);
  EXPECT_TRUE(json_together == to_json(alone)) << "megabytes: look at both";
  std::string drawn_together;
  render_tree(
      together, [&](std::string_view piece) { drawn_together += piece; }, &pool);
  EXPECT_TRUE(drawn_together == render_tree(alone)) << "megabytes: look at both";
}

TEST(Inspect, TenThousandEntriesAreReadAtOnce) {
  const test::ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  Index index;
  for (int i = 0; i < 10'000; ++i) {
    index.manifests.push_back({.media_type = media_type::kOciManifest,
                               .digest = Digest::of(as_bytes(std::to_string(i))),
                               .size = 500,
                               .platform = Platform::parse("linux/amd64")});
  }
  const auto root = add_document(layout, make_document(index));
  EXPECT_EQ(inspect_image(layout, root, "").manifests.size(), 10'000U);
}

}  // namespace
}  // namespace bale::oci
