// SPDX-License-Identifier: Apache-2.0
// distribution-spec 1.1, "Pull": each MUST, and what every good server does beside it.

#include <gtest/gtest.h>

#include "tests/support/served_registry.h"

namespace bale::test {
namespace {

const std::string kAbsent = oci::Digest::of(oci::as_bytes("absent")).to_string();

class Pull : public testing::Test {
 protected:
  registry::Response get(const std::string& path, registry::Headers headers = {}) {
    return registry_.ask("GET", "/v2/team/app" + path, {.headers = std::move(headers)});
  }
  registry::Response head(const std::string& path) {
    return registry_.ask("HEAD", "/v2/team/app" + path);
  }

  ServedRegistry registry_;
  const oci::Document<oci::Manifest> image_ = registry_.push_image("team/app", "v1");
  const std::string digest_ = image_.descriptor.digest.to_string();
  const std::string blob_ = image_.value.layers[0].digest.to_string();
};

TEST_F(Pull, BaseSaysThatTheApiIsThere) {
  EXPECT_EQ(registry_.ask("GET", "/v2/").head.status, 200);
  EXPECT_EQ(registry_.ask("GET", "/v2").head.status, 200);
  EXPECT_EQ(header(registry_.ask("GET", "/v2/"), "Docker-Distribution-API-Version"),
            "registry/2.0");
}

TEST_F(Pull, GetsAManifestByTag) {
  const auto answer = get("/manifests/v1");
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, image_.bytes);
}

TEST_F(Pull, GetsAManifestByDigest) {
  const auto answer = get("/manifests/" + digest_);
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, image_.bytes);
}

TEST_F(Pull, TypeOfAManifestIsItsMediaType) {
  EXPECT_EQ(header(get("/manifests/v1"), "Content-Type"), oci::media_type::kOciManifest);
}

TEST_F(Pull, DigestOfAManifestIsInAHeader) {
  EXPECT_EQ(header(get("/manifests/v1"), "Docker-Content-Digest"), digest_);
  EXPECT_EQ(header(head("/manifests/v1"), "Docker-Content-Digest"), digest_);
}

TEST_F(Pull, AManifestIsTheSameWhateverIsAccepted) {
  EXPECT_EQ(get("/manifests/v1", {{"Accept", "text/html"}}).body, image_.bytes);
}

TEST_F(Pull, ManifestThatIsNotThereIsNotFound) {
  for (const std::string& reference : {std::string("v2"), kAbsent, std::string(".not-a-tag")}) {
    const auto answer = get("/manifests/" + reference);
    EXPECT_EQ(answer.head.status, 404) << reference;
    EXPECT_EQ(error_code(answer), "MANIFEST_UNKNOWN") << reference;
    EXPECT_EQ(head("/manifests/" + reference).head.status, 404) << reference;
  }
}

TEST_F(Pull, ManifestOfAnotherRepositoryIsNotFound) {
  registry_.push_image("other", "v1", "other");
  EXPECT_EQ(registry_.ask("GET", "/v2/other/manifests/" + digest_).head.status, 404);
}

TEST_F(Pull, HeadOfAManifestHasItsLengthAndNoBody) {
  const auto answer = head("/manifests/v1");
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(header(answer, "Content-Length"), std::to_string(image_.bytes.size()));
  EXPECT_EQ(answer.body, "");
}

TEST_F(Pull, ManifestThatIsKnownIsNotSentAgain) {
  const std::string entity = header(get("/manifests/v1"), "ETag");
  EXPECT_EQ(get("/manifests/v1", {{"If-None-Match", entity}}).head.status, 304);
  EXPECT_EQ(get("/manifests/v1", {{"If-None-Match", "\"other\", W/" + entity}}).head.status, 304);
  EXPECT_EQ(get("/manifests/v1", {{"If-None-Match", "\"other\""}}).head.status, 200);
}

TEST_F(Pull, GetsABlob) {
  const auto answer = get("/blobs/" + blob_);
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, "layer ");
  EXPECT_EQ(header(answer, "Docker-Content-Digest"), blob_);
}

TEST_F(Pull, HeadOfABlobHasItsLengthAndDigest) {
  const auto answer = head("/blobs/" + blob_);
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(header(answer, "Content-Length"), "6");
  EXPECT_EQ(header(answer, "Docker-Content-Digest"), blob_);
}

TEST_F(Pull, BlobThatIsNotThereIsNotFound) {
  const auto answer = get("/blobs/" + kAbsent);
  EXPECT_EQ(answer.head.status, 404);
  EXPECT_EQ(error_code(answer), "BLOB_UNKNOWN");
  EXPECT_EQ(head("/blobs/" + kAbsent).head.status, 404);
}

TEST_F(Pull, EmptyBlobHasNoBytes) {
  const auto digest = registry_.push_blob("team/app", "").to_string();
  const auto answer = get("/blobs/" + digest);
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, "");
}

TEST_F(Pull, RangeOfABlob) {
  const auto answer = get("/blobs/" + blob_, {{"Range", "bytes=2-3"}});
  EXPECT_EQ(answer.head.status, 206);
  EXPECT_EQ(answer.body, "ye");
  EXPECT_EQ(header(answer, "Content-Range"), "bytes 2-3/6");
  EXPECT_EQ(get("/blobs/" + blob_, {{"Range", "bytes=4-"}}).body, "r ");
  EXPECT_EQ(get("/blobs/" + blob_, {{"Range", "bytes=-3"}}).body, "er ");
}

TEST_F(Pull, RangePastTheEndCannotBeSatisfied) {
  const auto answer = get("/blobs/" + blob_, {{"Range", "bytes=6-"}});
  EXPECT_EQ(answer.head.status, 416);
  EXPECT_EQ(header(answer, "Content-Range"), "bytes */6");
}

TEST_F(Pull, RangeOfAnotherEntityIsTheWholeBlob) {
  const auto answer =
      get("/blobs/" + blob_, {{"Range", "bytes=2-3"}, {"If-Range", "\"sha256:other\""}});
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, "layer ");
}

TEST_F(Pull, WhatIsNoDigestIsInvalid) {
  const auto answer = get("/blobs/sha256:short");
  EXPECT_EQ(answer.head.status, 400);
  EXPECT_EQ(error_code(answer), "DIGEST_INVALID");
}

TEST_F(Pull, ErrorsAreJson) {
  const auto answer = get("/manifests/v2");
  EXPECT_EQ(header(answer, "Content-Type"), "application/json");
  EXPECT_NE(answer.body.find("\"message\""), std::string::npos);
}

}  // namespace
}  // namespace bale::test
