// SPDX-License-Identifier: Apache-2.0
#include "oci/build_metadata.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(ParseBuildMetadata, ReadsOneBuild) {
  const auto images = parse_build_metadata(R"({"containerimage.digest":")" + kDigest +
                                           R"(","image.name":"ghcr.io/team/app:v1,app:v2"})");
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0].digest.to_string(), kDigest);
  ASSERT_EQ(images[0].names.size(), 2U);
  EXPECT_EQ(images[0].names[0].to_string(), "ghcr.io/team/app:v1");
  EXPECT_EQ(images[0].names[1].to_string(), "docker.io/library/app:v2");
}

TEST(ParseBuildMetadata, ReadsTheBuildsOfBake) {
  const auto images = parse_build_metadata(
      R"({"web":{"containerimage.digest":")" + kDigest +
      R"("},"buildx.build.warnings":[],"db":{"containerimage.digest":")" + kDigest + R"("}})");
  EXPECT_EQ(images.size(), 2U);
}

TEST(ParseBuildMetadata, RefusesWhatTellsOfNoImage) {
  EXPECT_THROW(parse_build_metadata("{}"), Error);
  EXPECT_THROW(parse_build_metadata("[]"), Error);
  EXPECT_THROW(parse_build_metadata(R"({"containerimage.digest":"sha256:x"})"), Error);
  EXPECT_THROW(parse_build_metadata(R"({"a":{"containerimage.digest":7}})"), Error);
}

}  // namespace
}  // namespace bale::oci
