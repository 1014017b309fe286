// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/copy_image.h"
#include "oci/document.h"
#include "oci/error.h"
#include "oci/fallback_provider.h"
#include "oci/image.h"
#include "oci/image_layout.h"
#include "oci/image_walk.h"
#include "oci/validate.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using testing::Each;
using testing::IsEmpty;

LayerOptions options_of(Compression compression) {
  LayerOptions options;
  options.compression = compression;
  return options;
}

class RecompressImage : public testing::Test {
 protected:
  Descriptor recompress(const Descriptor& root, Compression compression,
                        Recompress which = Recompress::kOthers) {
    return recompress_image(*store_, root, *store_, pool_, options_of(compression), which);
  }

  std::vector<std::string> layer_types(const Descriptor& root) const {
    std::vector<std::string> types;
    for (const auto& blob : list_image_blobs(*store_, root)) {
      if (blob.role == BlobRole::kLayer) types.push_back(blob.descriptor.media_type.to_string());
    }
    return types;
  }

  /// The same image as Docker describes it, with gzip'd layers.
  Descriptor docker_image() {
    const Descriptor oci = recompress(test::add_image(*store_, "linux/amd64"), Compression::kGzip);
    Manifest manifest = read_manifest(*store_, oci).value;
    manifest.media_type = media_type::kDockerManifest;
    manifest.config.media_type = media_type::kDockerConfig;
    for (auto& layer : manifest.layers) layer.media_type = media_type::kDockerLayerGzip;
    const auto document = make_document(std::move(manifest));
    write_blob(*store_, document.descriptor, document.bytes);
    return document.descriptor;
  }

  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
  ThreadPool pool_{2};
};

TEST_F(RecompressImage, LeavesAValidIndexWithTheSameConfigs) {
  const Descriptor root = test::add_index(*store_, {"linux/amd64", "linux/arm64"});
  for (const auto compression : {Compression::kGzip, Compression::kZstd, Compression::kNone}) {
    const Descriptor packed = recompress(root, compression);
    EXPECT_THAT(layer_types(packed), Each(oci_layer_type(compression).to_string()));
    const test::ScratchFolder scratch;
    ImageLayout layout = ImageLayout::create(scratch / "image");
    copy_image(*store_, packed, layout);
    layout.set_tag("v1", packed);
    EXPECT_THAT(validate_layout(scratch / "image"), IsEmpty());
    for (const auto& platform : {"linux/amd64", "linux/arm64"}) {
      const auto config = [&](const Descriptor& image) {
        const auto manifest = select_image(*store_, image, Platform::parse(platform));
        return read_manifest(*store_, manifest).value.config.digest;
      };
      EXPECT_EQ(config(packed), config(root));
    }
  }
}

TEST_F(RecompressImage, ComesBackToTheSameDigest) {
  const Descriptor root = test::add_index(*store_, {"linux/amd64", "linux/arm64"});
  const Descriptor zstd = recompress(root, Compression::kZstd);
  EXPECT_NE(zstd.digest, root.digest);
  EXPECT_EQ(recompress(zstd, Compression::kNone).digest, root.digest);
}

TEST_F(RecompressImage, LeavesLayersThatArePackedThatWayUnlessAllAreWanted) {
  LayerOptions fast = options_of(Compression::kGzip);
  fast.level.kind = CompressionLevel::Kind::kFast;
  const Descriptor root = recompress_image(*store_, test::add_image(*store_, "linux/amd64"),
                                           *store_, pool_, fast, Recompress::kOthers);
  EXPECT_EQ(recompress(root, Compression::kGzip), root);
  EXPECT_NE(recompress(root, Compression::kGzip, Recompress::kAll).digest, root.digest);
}

TEST_F(RecompressImage, WritesOnlyWhatIsNewToTheOtherStore) {
  const Descriptor root = test::add_image(*store_, "linux/amd64");
  MemoryStore other;
  const Descriptor packed = recompress_image(*store_, root, other, pool_,
                                             options_of(Compression::kZstd), Recompress::kOthers);
  const Manifest manifest = read_manifest(other, packed).value;
  EXPECT_FALSE(other.size(manifest.config.digest).has_value());
  for (const auto& layer : manifest.layers) EXPECT_EQ(other.size(layer.digest), layer.size);
}

TEST_F(RecompressImage, MakesDockerManifestsOciOnesForZstdOnly) {
  const Descriptor docker = docker_image();
  const Descriptor none = recompress(docker, Compression::kNone);
  EXPECT_EQ(none.media_type, media_type::kDockerManifest);
  EXPECT_THAT(layer_types(none), Each(media_type::kDockerLayer));
  const Descriptor zstd = recompress(docker, Compression::kZstd);
  EXPECT_EQ(zstd.media_type, media_type::kOciManifest);
  EXPECT_EQ(read_manifest(*store_, zstd).value.config.media_type, media_type::kOciConfig);
  EXPECT_THAT(layer_types(zstd), Each(media_type::kOciLayerZstd));
}

TEST_F(RecompressImage, AttestationsSpeakOfTheNewDigest) {
  const Descriptor image = test::add_image(*store_, "linux/amd64");
  Descriptor attestation =
      test::add_blob(*store_,
                     R"({"schemaVersion":2,"mediaType":)"
                     R"("application/vnd.oci.image.manifest.v1+json","config":)"
                     R"({"mediaType":"application/vnd.oci.empty.v1+json","digest":)"
                     R"("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61)"
                     R"(caaff8a","size":2},"layers":[]})",
                     media_type::kOciManifest);
  attestation.annotations["vnd.docker.reference.type"] = "attestation-manifest";
  attestation.annotations["vnd.docker.reference.digest"] = image.digest.to_string();
  const auto index = make_document(Index{.manifests = {image, attestation}});
  write_blob(*store_, index.descriptor, index.bytes);
  const Index packed = read_index(*store_, recompress(index.descriptor, Compression::kGzip)).value;
  ASSERT_EQ(packed.manifests.size(), 2U);
  EXPECT_EQ(attested_digest(packed.manifests[1]), packed.manifests[0].digest);
  EXPECT_NE(packed.manifests[0].digest, image.digest);
}

TEST_F(RecompressImage, RefusesALayerThatIsNotTheConfigs) {
  const Descriptor root = test::add_image(*store_, "linux/amd64");
  Manifest manifest = read_manifest(*store_, root).value;
  std::swap(manifest.layers[0], manifest.layers[1]);
  const auto document = make_document(std::move(manifest));
  write_blob(*store_, document.descriptor, document.bytes);
  EXPECT_THROW(recompress(document.descriptor, Compression::kGzip), Error);
}

TEST(FallbackProvider, GivesFromTheSecondWhatTheFirstLacks) {
  const auto first = std::make_shared<MemoryStore>();
  const auto second = std::make_shared<MemoryStore>();
  const Descriptor a = test::add_blob(*first, "a", media_type::kOciLayer);
  const Descriptor b = test::add_blob(*second, "bb", media_type::kOciLayer);
  const FallbackProvider both(first, second);
  EXPECT_EQ(both.size(a.digest), 1U);
  EXPECT_EQ(both.size(b.digest), 2U);
  EXPECT_EQ(read_blob(both, a, 10), "a");
  EXPECT_EQ(read_blob(both, b, 10), "bb");
  EXPECT_FALSE(both.size(Digest::of({})).has_value());
}

}  // namespace
}  // namespace bale::oci
