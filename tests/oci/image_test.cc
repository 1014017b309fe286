// SPDX-License-Identifier: Apache-2.0
#include "oci/image.h"

#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

Descriptor attestation_of(const Descriptor& image) {
  return {.media_type = media_type::kOciManifest,
          .digest = Digest::of(as_bytes("attests " + image.digest.to_string())),
          .size = 10,
          .annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                          {"vnd.docker.reference.digest", image.digest.to_string()}},
          .platform = Platform{"unknown", "unknown", "", "", {}}};
}

Index three_platforms(BlobStore& store) {
  Index index{.annotations = {{"kept", "yes"}}};
  for (const char* platform : {"linux/amd64", "linux/arm64", "linux/arm/v7"}) {
    index.manifests.push_back(test::add_image(store, platform));
  }
  for (int i = 0; i < 3; ++i) index.manifests.push_back(attestation_of(index.manifests[i]));
  return index;
}

TEST(SelectPlatforms, KeepsThePlatformsWithTheirAttestations) {
  MemoryStore store;
  const Index index = three_platforms(store);
  const Index smaller = select_platforms(index, Platform::parse_list("linux/arm64,linux/amd64"));
  ASSERT_EQ(smaller.manifests.size(), 4U);
  EXPECT_EQ(smaller.manifests[0], index.manifests[0]);
  EXPECT_EQ(smaller.manifests[1], index.manifests[1]);
  EXPECT_EQ(smaller.manifests[2], index.manifests[3]);
  EXPECT_EQ(smaller.annotations.at("kept"), "yes");
}

TEST(SelectPlatforms, APlatformThatIsNotThereIsAnErrorThatNamesWhatThereIs) {
  MemoryStore store;
  const Index index = three_platforms(store);
  try {
    select_platforms(index, Platform::parse_list("linux/amd64,linux/s390x"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_STREQ(error.what(), "no image for linux/s390x");
    EXPECT_EQ(error.hint(), "there is linux/amd64, linux/arm64, linux/arm/v7");
  }
}

TEST(SelectImage, LooksIntoConfigsWhereEntriesAreSilent) {
  MemoryStore store;
  Index index{
      .manifests = {test::add_image(store, "linux/amd64"), test::add_image(store, "linux/arm64")}};
  const Digest arm = index.manifests[1].digest;
  for (auto& entry : index.manifests) entry.platform.reset();
  const auto document = make_document(index);
  write_blob(store, document.descriptor, document.bytes);
  const auto found = select_image(store, document.descriptor, Platform::parse("arm64"));
  EXPECT_EQ(found.digest, arm);
}

TEST(SelectImage, RefusesAnotherPlatformOfASingleImage) {
  MemoryStore store;
  const auto image = test::add_image(store, "linux/arm64");
  EXPECT_EQ(select_image(store, image, std::nullopt), image);
  EXPECT_THROW(select_image(store, image, Platform::parse("linux/riscv64")), Error);
}

TEST(SelectImage, WithoutAPlatformTakesThisMachinesElseTheOnlyOne) {
  MemoryStore store;
  const std::string host = Platform::host().to_string();
  const auto both = test::add_index(store, {"linux/s390x", host});
  EXPECT_EQ(select_image(store, both, std::nullopt).platform->to_string(), host);
  const auto one = test::add_index(store, {"linux/s390x"});
  EXPECT_EQ(select_image(store, one, std::nullopt).platform->to_string(), "linux/s390x");
  const auto foreign = test::add_index(store, {"linux/s390x", "linux/riscv64"});
  EXPECT_THROW(select_image(store, foreign, std::nullopt), Error);
}

TEST(ListPlatforms, TwoPlatformsOfOneDigestStayTwo) {
  MemoryStore store;
  auto amd = test::add_image(store, "linux/amd64");
  auto arm = amd;
  arm.platform = Platform::parse("linux/arm64");
  const auto document = make_document(Index{.manifests = {amd, arm, amd}});
  write_blob(store, document.descriptor, document.bytes);
  EXPECT_EQ(list_platforms(store, document.descriptor).size(), 2U);
}

TEST(ReadImage, RefusesAnArtifact) {
  MemoryStore store;
  const auto config = test::add_blob(store, "{}", media_type::kOciEmpty);
  const auto artifact =
      make_document(Manifest{.artifact_type = "application/x-thing", .config = config});
  write_blob(store, artifact.descriptor, artifact.bytes);
  EXPECT_THROW(read_image(store, artifact.descriptor), Error);
}

}  // namespace
}  // namespace bale::oci
