// SPDX-License-Identifier: Apache-2.0
// distribution-spec 1.1, "Push": each MUST, and what every good server does beside it.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/random_bytes.h"
#include "tests/support/served_registry.h"

namespace bale::test {
namespace {

const std::string kUploads = "/v2/team/app/blobs/uploads/";

std::string sha256(std::string_view content) {
  return oci::Digest::of(oci::as_bytes(content)).to_string();
}
std::string sha512(std::string_view content) {
  return oci::Digest::of(oci::as_bytes(content), oci::DigestAlgorithm::kSha512).to_string();
}

class Push : public testing::Test {
 protected:
  std::string begin() { return location(registry_.ask("POST", kUploads)); }
  registry::Response chunk(const std::string& session, const std::string& range,
                           const std::string& content) {
    return registry_.ask("PATCH", session,
                         {.headers = {{"Content-Range", range}}, .body = content});
  }
  registry::Response finish(const std::string& session, const std::string& digest,
                            const std::string& content = "") {
    return registry_.ask("PUT", session + "?digest=" + digest, {.body = content});
  }
  std::string blob(const std::string& digest) {
    const auto answer = registry_.ask("GET", "/v2/team/app/blobs/" + digest);
    return answer.head.status == 200 ? answer.body : std::to_string(answer.head.status);
  }

  ServedRegistry registry_;
};

TEST_F(Push, BeginningAnUploadGivesItsLocation) {
  const auto answer = registry_.ask("POST", kUploads);
  EXPECT_EQ(answer.head.status, 202);
  EXPECT_TRUE(location(answer).starts_with(kUploads));
  EXPECT_GE(location(answer).size(), kUploads.size() + 32);
}

TEST_F(Push, EachUploadHasALocationOfItsOwn) { EXPECT_NE(begin(), begin()); }

TEST_F(Push, PostThenPut) {
  const auto answer = finish(begin(), sha256("content"), "content");
  EXPECT_EQ(answer.head.status, 201);
  EXPECT_EQ(registry_.ask("GET", location(answer)).body, "content");
  EXPECT_EQ(header(answer, "Docker-Content-Digest"), sha256("content"));
}

TEST_F(Push, SinglePost) {
  const auto answer =
      registry_.ask("POST", kUploads + "?digest=" + sha256("content"), {.body = "content"});
  EXPECT_EQ(answer.head.status, 201);
  EXPECT_EQ(registry_.ask("GET", location(answer)).body, "content");
}

TEST_F(Push, SinglePostOfAnotherDigestIsRefused) {
  const auto answer =
      registry_.ask("POST", kUploads + "?digest=" + sha256("other"), {.body = "content"});
  EXPECT_EQ(answer.head.status, 400);
  EXPECT_EQ(error_code(answer), "DIGEST_INVALID");
  EXPECT_EQ(blob(sha256("content")), "404");
  EXPECT_EQ(blob(sha256("other")), "404");
}

TEST_F(Push, ChunksInOrder) {
  const std::string session = begin();
  const auto first = chunk(session, "0-2", "con");
  EXPECT_EQ(first.head.status, 202);
  EXPECT_EQ(header(first, "Range"), "0-2");
  const auto second = chunk(location(first), "3-5", "ten");
  EXPECT_EQ(second.head.status, 202);
  EXPECT_EQ(header(second, "Range"), "0-5");
  const auto last = registry_.ask("PUT", location(second) + "?digest=" + sha256("content"),
                                  {.headers = {{"Content-Range", "6-6"}}, .body = "t"});
  EXPECT_EQ(last.head.status, 201);
  EXPECT_EQ(registry_.ask("GET", location(last)).body, "content");
}

TEST_F(Push, LastPutMayBeEmpty) {
  const std::string session = begin();
  EXPECT_EQ(chunk(session, "0-6", "content").head.status, 202);
  EXPECT_EQ(finish(session, sha256("content")).head.status, 201);
  EXPECT_EQ(blob(sha256("content")), "content");
}

TEST_F(Push, ChunkWithoutARangeIsAppended) {
  const std::string session = begin();
  registry_.ask("PATCH", session, {.body = "con"});
  registry_.ask("PATCH", session, {.body = "tent"});
  EXPECT_EQ(finish(session, sha256("content")).head.status, 201);
}

TEST_F(Push, ChunkOutOfOrderIsRefusedAndTheUploadGoesOn) {
  const std::string session = begin();
  chunk(session, "0-2", "con");
  for (const char* range : {"4-6", "0-2", "2-5"}) {
    const auto answer = chunk(session, range, "xyz");
    EXPECT_EQ(answer.head.status, 416) << range;
    EXPECT_EQ(header(answer, "Range"), "0-2") << range;
    EXPECT_EQ(location(answer), session) << range;
  }
  EXPECT_EQ(chunk(session, "3-6", "tent").head.status, 202);
  EXPECT_EQ(finish(session, sha256("content")).head.status, 201);
}

TEST_F(Push, ChunkWhoseRangeIsNoneOrOfAnotherSizeIsRefused) {
  const std::string session = begin();
  for (const char* range : {"bytes 0-2/9", "0", "2-0", "-2", "x-y", "0-5"}) {
    EXPECT_EQ(chunk(session, range, "con").head.status, 416) << range;
  }
}

TEST_F(Push, LastChunkOutOfOrderIsRefused) {
  const auto answer = registry_.ask("PUT", begin() + "?digest=" + sha256("content"),
                                    {.headers = {{"Content-Range", "1-7"}}, .body = "content"});
  EXPECT_EQ(answer.head.status, 416);
}

TEST_F(Push, StatusOfAnUpload) {
  const std::string session = begin();
  chunk(session, "0-2", "con");
  const auto answer = registry_.ask("GET", session);
  EXPECT_EQ(answer.head.status, 204);
  EXPECT_EQ(header(answer, "Range"), "0-2");
  EXPECT_EQ(location(answer), session);
}

TEST_F(Push, CancelledUploadIsGone) {
  const std::string session = begin();
  EXPECT_EQ(registry_.ask("DELETE", session).head.status, 204);
  EXPECT_EQ(registry_.ask("GET", session).head.status, 404);
  EXPECT_EQ(error_code(registry_.ask("PATCH", session, {.body = "x"})), "BLOB_UPLOAD_UNKNOWN");
}

TEST_F(Push, UploadOfAnotherRepositoryIsUnknown) {
  std::string session = begin();
  session.replace(session.find("team/app"), 8, "other");
  EXPECT_EQ(registry_.ask("GET", session).head.status, 404);
}

TEST_F(Push, EndWithAnotherDigestIsRefusedAndNothingIsLeft) {
  const std::string session = begin();
  chunk(session, "0-2", "con");
  const auto answer = finish(session, sha256("other"), "tent");
  EXPECT_EQ(answer.head.status, 400);
  EXPECT_EQ(error_code(answer), "DIGEST_INVALID");
  EXPECT_EQ(registry_.ask("GET", session).head.status, 404);
  EXPECT_EQ(registry_.store().blobs().list_blobs().size(), 0U);
}

TEST_F(Push, EndWithoutADigestIsRefused) {
  EXPECT_EQ(registry_.ask("PUT", begin(), {.body = "x"}).head.status, 400);
}

TEST_F(Push, DigestsOfSha512) {
  EXPECT_EQ(finish(begin(), sha512("content"), "content").head.status, 201);
  EXPECT_EQ(blob(sha512("content")), "content");
  EXPECT_EQ(
      registry_.ask("POST", kUploads + "?digest=" + sha512("other"), {.body = "other"}).head.status,
      201);
  EXPECT_EQ(blob(sha512("other")), "other");
  EXPECT_EQ(finish(begin(), sha512("content"), "another").head.status, 400);
}

TEST_F(Push, BlobOfAnotherRepositoryIsMounted) {
  const auto digest = registry_.push_blob("team/app", "content").to_string();
  const auto answer =
      registry_.ask("POST", "/v2/other/blobs/uploads/?mount=" + digest + "&from=team/app");
  EXPECT_EQ(answer.head.status, 201);
  EXPECT_EQ(location(answer), "/v2/other/blobs/" + digest);
  EXPECT_EQ(registry_.ask("GET", location(answer)).body, "content");
}

TEST_F(Push, MountWithoutASourceIsFoundAnywhere) {
  const auto digest = registry_.push_blob("team/app", "content").to_string();
  EXPECT_EQ(registry_.ask("POST", "/v2/other/blobs/uploads/?mount=" + digest).head.status, 201);
}

TEST_F(Push, MountOfWhatIsNotThereBeginsAnUpload) {
  for (const std::string& digest : {sha256("absent"), std::string("nonsense")}) {
    const auto answer =
        registry_.ask("POST", "/v2/other/blobs/uploads/?mount=" + digest + "&from=team/app");
    EXPECT_EQ(answer.head.status, 202);
    EXPECT_EQ(finish(location(answer), sha256("content"), "content").head.status, 201);
  }
}

TEST_F(Push, ManifestUnderATag) {
  const auto image = registry_.push_image("team/app", "v1");
  const auto answer =
      registry_.push_manifest("team/app", "v1", image.bytes, image.value.media_type.to_string());
  EXPECT_EQ(answer.head.status, 201);
  EXPECT_EQ(header(answer, "Docker-Content-Digest"), image.descriptor.digest.to_string());
  EXPECT_EQ(registry_.ask("GET", location(answer)).body, image.bytes);
}

TEST_F(Push, ManifestIsKeptByteForByte) {
  const auto image = registry_.push_image("team/app", "v1");
  const std::string spaced = "{ \n" + image.bytes.substr(1) + "\n\n";
  EXPECT_EQ(registry_.push_manifest("team/app", "v2", spaced, image.value.media_type.to_string())
                .head.status,
            201);
  EXPECT_EQ(registry_.ask("GET", "/v2/team/app/manifests/v2").body, spaced);
  EXPECT_EQ(registry_.ask("GET", "/v2/team/app/manifests/" + sha256(spaced)).body, spaced);
}

TEST_F(Push, ManifestUnderItsDigest) {
  const auto image = registry_.push_image("team/app", std::nullopt);
  const std::string path = "/v2/team/app/manifests/" + image.descriptor.digest.to_string();
  EXPECT_EQ(registry_.ask("GET", path).body, image.bytes);
}

TEST_F(Push, ManifestUnderItsDigestOfSha512) {
  const auto image = registry_.push_image("team/app", "v1");
  EXPECT_EQ(registry_
                .push_manifest("team/app", sha512(image.bytes), image.bytes,
                               image.value.media_type.to_string())
                .head.status,
            201);
  EXPECT_EQ(registry_.ask("GET", "/v2/team/app/manifests/" + sha512(image.bytes)).body,
            image.bytes);
}

TEST_F(Push, ManifestUnderAnotherDigestIsRefused) {
  const auto image = registry_.push_image("team/app", "v1");
  const auto answer = registry_.push_manifest("team/app", sha256("other"), image.bytes,
                                              image.value.media_type.to_string());
  EXPECT_EQ(answer.head.status, 400);
  EXPECT_EQ(error_code(answer), "DIGEST_INVALID");
}

TEST_F(Push, TagMovesToTheNewManifestAndTheOldOneStays) {
  const auto old = registry_.push_image("team/app", "v1", "old");
  const auto fresh = registry_.push_image("team/app", "v1", "new");
  EXPECT_EQ(registry_.ask("GET", "/v2/team/app/manifests/v1").body, fresh.bytes);
  EXPECT_EQ(
      registry_.ask("GET", "/v2/team/app/manifests/" + old.descriptor.digest.to_string()).body,
      old.bytes);
}

TEST_F(Push, ManifestWithBlobsThatAreNotThereIsRefused) {
  const auto image = registry_.push_image("team/app", "v1");
  auto manifest = image.value;
  manifest.layers[0].digest = oci::Digest::parse(sha256("absent"));
  const auto answer = registry_.push_manifest("team/app", "v2", oci::to_json(manifest),
                                              manifest.media_type.to_string());
  EXPECT_EQ(answer.head.status, 404);
  EXPECT_EQ(error_code(answer), "MANIFEST_BLOB_UNKNOWN");
  EXPECT_NE(answer.body.find(sha256("absent")), std::string::npos);
  EXPECT_EQ(registry_.ask("GET", "/v2/team/app/manifests/v2").head.status, 404);
}

TEST_F(Push, IndexOfManifestsThatAreThere) {
  const auto one = registry_.push_image("team/app", std::nullopt, "one");
  const auto two = registry_.push_image("team/app", std::nullopt, "two");
  const std::string json = oci::to_json(oci::Index{.manifests = {one.descriptor, two.descriptor}});
  EXPECT_EQ(registry_.push_manifest("team/app", "v1", json, oci::media_type::kOciIndex).head.status,
            201);
  const auto answer = registry_.ask("GET", "/v2/team/app/manifests/v1");
  EXPECT_EQ(answer.body, json);
  EXPECT_EQ(header(answer, "Content-Type"), oci::media_type::kOciIndex);
  // From here on the index alone stands for them in the store, and they are still there.
  EXPECT_EQ(registry_.store().list().size(), 1U);
  EXPECT_EQ(
      registry_.ask("GET", "/v2/team/app/manifests/" + one.descriptor.digest.to_string()).body,
      one.bytes);
}

TEST_F(Push, IndexOfManifestsThatAreNotThereIsRefused) {
  const auto one = registry_.push_image("team/app", std::nullopt, "one");
  auto absent = one.descriptor;
  absent.digest = oci::Digest::parse(sha256("absent"));
  const auto answer = registry_.push_manifest(
      "team/app", "v1", oci::to_json(oci::Index{.manifests = {one.descriptor, absent}}),
      oci::media_type::kOciIndex);
  EXPECT_EQ(error_code(answer), "MANIFEST_BLOB_UNKNOWN");
}

TEST_F(Push, SubjectNeedNotBeThere) {
  const oci::Descriptor subject{.media_type = oci::media_type::kOciManifest,
                                .digest = oci::Digest::parse(sha256("absent")),
                                .size = 6};
  const auto image = registry_.push_image("team/app", "v1", "", subject);
  const auto answer =
      registry_.push_manifest("team/app", "v1", image.bytes, image.value.media_type.to_string());
  EXPECT_EQ(answer.head.status, 201);
  EXPECT_EQ(header(answer, "OCI-Subject"), sha256("absent"));
}

TEST_F(Push, TypeMustBeThatOfTheManifest) {
  const auto image = registry_.push_image("team/app", "v1");
  for (const char* type : {oci::media_type::kDockerManifest, oci::media_type::kOciIndex,
                           "application/vnd.docker.distribution.manifest.v1+json", "text/plain"}) {
    const auto answer = registry_.push_manifest("team/app", "v2", image.bytes, type);
    EXPECT_EQ(answer.head.status, 400) << type;
    EXPECT_EQ(error_code(answer), "MANIFEST_INVALID") << type;
  }
}

TEST_F(Push, ManifestThatIsNoneIsRefused) {
  for (const char* text : {"", "{", "[]", "{}", R"({"schemaVersion":2,"config":{},"layers":[]})"}) {
    const auto answer =
        registry_.push_manifest("team/app", "v1", text, oci::media_type::kOciManifest);
    EXPECT_EQ(answer.head.status, 400) << text;
    EXPECT_EQ(error_code(answer), "MANIFEST_INVALID") << text;
  }
}

TEST_F(Push, ManifestOfFourMebibytesIsTakenAndALargerOneRefused) {
  const auto image = registry_.push_image("team/app", "v1");
  std::string json = image.bytes;
  json.append(oci::kMaxManifestSize - json.size(), ' ');
  const std::string type = image.value.media_type.to_string();
  EXPECT_EQ(registry_.push_manifest("team/app", "v2", json, type).head.status, 201);
  EXPECT_EQ(registry_.push_manifest("team/app", "v3", json + " ", type).head.status, 413);
}

TEST_F(Push, TagsAndNamesThatAreNoneAreRefused) {
  const auto image = registry_.push_image("team/app", "v1");
  const std::string type = image.value.media_type.to_string();
  EXPECT_EQ(registry_.push_manifest("team/app", ".v1", image.bytes, type).head.status, 400);
  EXPECT_EQ(
      registry_.push_manifest("team/app", std::string(129, 'v'), image.bytes, type).head.status,
      400);
  for (const char* name :
       {"Team", "team//app", "team/%2e%2e/app", "-team", "te%00am", "team%2f..%2fx"}) {
    const auto answer = registry_.push_manifest(name, "v1", image.bytes, type);
    EXPECT_GE(answer.head.status, 400) << name;
    EXPECT_LT(answer.head.status, 500) << name;
  }
  EXPECT_EQ(registry_.store().list().size(), 1U);
}

TEST_F(Push, WritesOnAConditionThatDoesNotHoldChangeNothing) {
  const auto old = registry_.push_image("team/app", "v1", "old");
  const auto fresh = registry_.push_image("team/app", "v2", "new");
  const auto put = [&](const std::string& condition, const std::string& value) {
    return registry_
        .ask("PUT", "/v2/team/app/manifests/v1",
             {.headers = {{"Content-Type", oci::media_type::kOciManifest}, {condition, value}},
              .body = fresh.bytes})
        .head.status;
  };
  const std::string entity = header(registry_.ask("HEAD", "/v2/team/app/manifests/v1"), "ETag");
  EXPECT_EQ(put("If-None-Match", "*"), 412);
  EXPECT_EQ(put("If-Match", "\"other\""), 412);
  EXPECT_EQ(registry_.ask("GET", "/v2/team/app/manifests/v1").body, old.bytes);
  EXPECT_EQ(put("If-Match", entity), 201);
  EXPECT_EQ(put("If-Match", entity), 412);
}

TEST_F(Push, LargeBlobsArriveWhole) {
  const std::string content = random_bytes(std::size_t{9} << 20);
  const std::string session = begin();
  const std::size_t half = content.size() / 2;
  EXPECT_EQ(registry_.ask("PATCH", session, {.body = content.substr(0, half)}).head.status, 202);
  EXPECT_EQ(finish(session, sha256(content), content.substr(half)).head.status, 201);
  // Past the limit of what the client reads at once.
  const auto tail = registry_.ask("GET", "/v2/team/app/blobs/" + sha256(content),
                                  {.headers = {{"Range", "bytes=-1000000"}}});
  EXPECT_EQ(tail.body, content.substr(content.size() - 1000000));
}

}  // namespace
}  // namespace bale::test
