// SPDX-License-Identifier: Apache-2.0
// distribution-spec 1.1, "Content Management": each MUST, and that no image loses a part of it.

#include <gtest/gtest.h>

#include "tests/support/served_registry.h"

namespace bale::test {
namespace {

const std::string kAbsent = oci::Digest::of(oci::as_bytes("absent")).to_string();

class Management : public testing::Test {
 protected:
  int status(const std::string& method, const std::string& path) {
    return registry_.ask(method, "/v2/team/app" + path).head.status;
  }

  ServedRegistry registry_;
  const oci::Document<oci::Manifest> image_ = registry_.push_image("team/app", "v1");
  const std::string digest_ = image_.descriptor.digest.to_string();
};

TEST_F(Management, DeletesATagAlone) {
  registry_.push_image("team/app", "v2");
  EXPECT_EQ(status("DELETE", "/manifests/v1"), 202);
  EXPECT_EQ(status("GET", "/manifests/v1"), 404);
  EXPECT_EQ(status("GET", "/manifests/v2"), 200);
  EXPECT_EQ(status("GET", "/manifests/" + digest_), 200);
}

TEST_F(Management, ManifestOutlivesItsLastTag) {
  EXPECT_EQ(status("DELETE", "/manifests/v1"), 202);
  EXPECT_EQ(status("GET", "/manifests/" + digest_), 200);
  EXPECT_EQ(status("DELETE", "/manifests/" + digest_), 202);
  EXPECT_EQ(status("GET", "/manifests/" + digest_), 404);
}

TEST_F(Management, DeletesAManifestWithItsTags) {
  registry_.push_image("team/app", "v2");
  EXPECT_EQ(status("DELETE", "/manifests/" + digest_), 202);
  EXPECT_EQ(status("GET", "/manifests/" + digest_), 404);
  EXPECT_EQ(status("GET", "/manifests/v1"), 404);
  EXPECT_EQ(status("GET", "/manifests/v2"), 404);
  EXPECT_TRUE(registry_.store().list().empty());
}

TEST_F(Management, DeletesAManifestInOneRepositoryOnly) {
  registry_.push_image("other", "v1");
  EXPECT_EQ(status("DELETE", "/manifests/" + digest_), 202);
  EXPECT_EQ(status("GET", "/manifests/" + digest_), 404);
  EXPECT_EQ(registry_.ask("GET", "/v2/other/manifests/v1").head.status, 200);
  EXPECT_EQ(registry_.ask("GET", "/v2/other/manifests/" + digest_).head.status, 200);
}

TEST_F(Management, WhatIsNotThereCannotBeDeleted) {
  EXPECT_EQ(status("DELETE", "/manifests/v2"), 404);
  EXPECT_EQ(status("DELETE", "/manifests/" + kAbsent), 404);
  EXPECT_EQ(status("DELETE", "/blobs/" + kAbsent), 404);
}

TEST_F(Management, DeletesOnlyWhatTheConditionNames) {
  const auto remove = [&](const std::string& reference, const registry::Headers& condition) {
    return registry_.ask("DELETE", "/v2/team/app/manifests/" + reference, {.headers = condition})
        .head.status;
  };
  const std::string seen = '"' + digest_ + '"';
  const std::string other = '"' + kAbsent + '"';
  for (const auto& reference : {std::string("v1"), digest_}) {
    EXPECT_EQ(remove(reference, {{"If-Match", other}}), 412) << reference;
    EXPECT_EQ(remove(reference, {{"If-None-Match", seen}}), 412) << reference;
    EXPECT_EQ(status("GET", "/manifests/" + reference), 200);
  }
  EXPECT_EQ(remove("v2", {{"If-Match", seen}}), 404);
  EXPECT_EQ(remove("v1", {{"If-Match", seen}}), 202);
  EXPECT_EQ(remove(digest_, {{"If-Match", seen}}), 202);
}

TEST_F(Management, DeletedReferrerIsNotListed) {
  const auto referrer = registry_.push_image("team/app", std::nullopt, "about", image_.descriptor);
  const std::string path = "/v2/team/app/referrers/" + digest_;
  EXPECT_EQ(oci::parse_index(registry_.ask("GET", path).body).manifests.size(), 1U);
  EXPECT_EQ(status("DELETE", "/manifests/" + referrer.descriptor.digest.to_string()), 202);
  EXPECT_TRUE(oci::parse_index(registry_.ask("GET", path).body).manifests.empty());
}

TEST_F(Management, DeletesABlobThatNothingNeeds) {
  const auto blob = registry_.push_blob("team/app", "alone").to_string();
  EXPECT_EQ(status("DELETE", "/blobs/" + blob), 202);
  EXPECT_EQ(status("GET", "/blobs/" + blob), 404);
}

TEST_F(Management, BlobOfAnImageIsNotDeletedBeforeTheImage) {
  const std::string layer = image_.value.layers[0].digest.to_string();
  EXPECT_EQ(status("DELETE", "/blobs/" + layer), 405);
  EXPECT_EQ(status("DELETE", "/manifests/" + digest_), 202);
  EXPECT_EQ(status("DELETE", "/blobs/" + layer), 202);
}

TEST_F(Management, ManifestOfAnIndexIsNotDeletedBeforeTheIndex) {
  const std::string json = oci::to_json(oci::Index{.manifests = {image_.descriptor}});
  const std::string index = oci::Digest::of(oci::as_bytes(json)).to_string();
  registry_.push_manifest("team/app", "all", json, oci::media_type::kOciIndex);
  EXPECT_EQ(status("DELETE", "/manifests/" + digest_), 405);
  EXPECT_EQ(status("DELETE", "/manifests/" + index), 202);
  EXPECT_EQ(status("DELETE", "/manifests/" + digest_), 202);
}

}  // namespace
}  // namespace bale::test
