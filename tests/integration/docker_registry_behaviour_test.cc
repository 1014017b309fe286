// SPDX-License-Identifier: Apache-2.0
// docker-registry 2.8 row by row as docs/registries.md has it: what it answers, asked directly, and
// what the client makes of it. A later version that answers otherwise fails here first.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "registry/blob_pusher.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/docker_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/random_bytes.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class DockerRegistryBehaviour : public ::testing::Test {
 protected:
  void SetUp() override {
    BALE_NEEDS_PEER("docker-registry");
    server_ = std::make_unique<test::DockerRegistry>();
    to_ = registries_.repository(oci::Reference::parse(server_->host() + "/team/app"),
                                 Repository::Access::kPush);
  }

  /// A request as it stands, without anything that the client knows.
  Response ask(const std::string& method, const std::string& path, Headers headers = {},
               std::optional<std::string> body = std::nullopt) {
    Request request{.method = method,
                    .url = Url::parse("http://" + server_->host()).resolve(path),
                    .headers = std::move(headers)};
    if (body) request.body = Body::of(*std::move(body));
    return client_.send(request);
  }
  std::string location_of(const Response& response) {
    return response.head.headers.find("Location").value_or("");
  }
  std::string new_upload() {
    return location_of(ask("POST", "/v2/team/app/blobs/uploads/", {}, ""));
  }

  template <typename Work>
  oci::Error failure_of(Work work) {
    try {
      work();
    } catch (const oci::Error& error) {
      return error;
    }
    ADD_FAILURE() << "it did not fail";
    return {oci::ErrorCode::kFailed, ""};
  }

  void push(std::vector<std::string> tags = {"v1"}) {
    push_image(store_, image_, *to_, {.tags = std::move(tags)});
  }

  std::unique_ptr<test::DockerRegistry> server_;
  HttpClient client_;
  Registries registries_{client_};
  std::optional<Repository> to_;
  oci::MemoryStore store_;
  oci::Descriptor image_ = test::add_image(store_, "linux/amd64");
};

TEST_F(DockerRegistryBehaviour, TakesAPostWithADigestAndContentForAnOpenedUpload) {
  const std::string content = "content";
  const auto digest = oci::Digest::of(oci::as_bytes(content));
  const auto answer =
      ask("POST", "/v2/team/app/blobs/uploads/?digest=" + digest.to_string(), {}, content);
  EXPECT_EQ(answer.head.status, 202);
  EXPECT_FALSE(to_->head_blob(digest));
}

TEST_F(DockerRegistryBehaviour, AppendsWhateverRangeAPartNamesSoThatTheDigestDecides) {
  const auto answer =
      ask("PATCH", new_upload(),
          {{"Content-Range", "700-702"}, {"Content-Type", "application/octet-stream"}}, "abc");
  EXPECT_EQ(answer.head.status, 202);
  EXPECT_EQ(answer.head.headers.find("Range"), "0-2");
}

TEST_F(DockerRegistryBehaviour, SaysHowMuchItHasOfAnUploadForTheNewestLocationOnly) {
  const std::string first = new_upload();
  const std::string second =
      location_of(ask("PATCH", first, {{"Content-Type", "application/octet-stream"}}, "abc"));
  EXPECT_NE(first, second);
  const auto status = ask("GET", second);
  EXPECT_EQ(status.head.status, 204);
  EXPECT_EQ(status.head.headers.find("Range"), "0-2");
  EXPECT_EQ(ask("GET", first).head.status, 404);
  EXPECT_FALSE(to_->upload_status({Url::parse(first), 0}));
}

TEST_F(DockerRegistryBehaviour, NamesAbsoluteLocationsWithAState) {
  EXPECT_THAT(new_upload(),
              StartsWith("http://" + server_->host() + "/v2/team/app/blobs/uploads/"));
  EXPECT_THAT(new_upload(), HasSubstr("?_state="));
}

TEST_F(DockerRegistryBehaviour, MountsWhatItHasAndOpensAnUploadForTheRest) {
  push();
  const auto config = oci::read_manifest(store_, image_).value.config;
  const auto other = registries_.repository(oci::Reference::parse(server_->host() + "/team/other"),
                                            Repository::Access::kPush);
  EXPECT_FALSE(other.mount_blob(config.digest, *to_));
  EXPECT_TRUE(other.mount_blob(oci::Digest::of(oci::as_bytes("unknown")), *to_));
  const auto without_from =
      ask("POST", "/v2/team/third/blobs/uploads/?mount=" + config.digest.to_string(), {}, "");
  EXPECT_EQ(without_from.head.status, 202);
}

TEST_F(DockerRegistryBehaviour, ListsAllTagsWhateverLimitIsAskedFor) {
  push({"b", "a", "c"});
  const auto answer = ask("GET", "/v2/team/app/tags/list?n=1");
  EXPECT_FALSE(answer.head.headers.find("Link"));
  for (const char* tag : {"\"a\"", "\"b\"", "\"c\""}) EXPECT_THAT(answer.body, HasSubstr(tag));
  EXPECT_EQ(to_->tags().size(), 3U);
}

TEST_F(DockerRegistryBehaviour, KnowsNoOciManifestForWhoeverDoesNotSayThatHeTakesIt) {
  push();
  const auto answer = ask("GET", "/v2/team/app/manifests/v1");
  EXPECT_EQ(answer.head.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("accept header does not support OCI manifests"));
  EXPECT_EQ(to_->get_manifest("v1").descriptor.digest, image_.digest);
}

TEST_F(DockerRegistryBehaviour, DeletesNoTag) {
  push();
  const auto answer = ask("DELETE", "/v2/team/app/manifests/v1");
  EXPECT_EQ(answer.head.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("DIGEST_INVALID"));
}

TEST_F(DockerRegistryBehaviour, DeletesAllTagsOfAManifestWithIt) {
  push({"v1", "v2"});
  EXPECT_EQ(ask("DELETE", "/v2/team/app/manifests/" + image_.digest.to_string()).head.status, 202);
  EXPECT_TRUE(to_->tags().empty());
}

TEST_F(DockerRegistryBehaviour, ForgetsAnUploadThatIsGivenUp) {
  const std::string upload = new_upload();
  EXPECT_EQ(ask("DELETE", upload).head.status, 204);
  EXPECT_FALSE(to_->upload_status({Url::parse(upload), 0}));
}

TEST_F(DockerRegistryBehaviour, HasNoReferrersAndSaysSoInPlainText) {
  const auto answer = ask("GET", "/v2/team/app/referrers/" + image_.digest.to_string());
  EXPECT_EQ(answer.head.status, 404);
  EXPECT_EQ(answer.body, "404 page not found\n");
  EXPECT_TRUE(to_->referrers(image_.digest).empty());
}

TEST_F(DockerRegistryBehaviour, RefusesAnIndexWithoutItsImages) {
  const auto index = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  const std::string bytes = oci::read_blob(store_, index, oci::kMaxManifestSize);
  EXPECT_THAT(failure_of([&] { to_->put_manifest("v1", index, bytes); }).what(),
              HasSubstr("400 MANIFEST_BLOB_UNKNOWN"));
}

TEST_F(DockerRegistryBehaviour, RefusesAManifestOfMoreThan4MiB) {
  push();
  oci::Manifest large = oci::read_manifest(store_, image_).value;
  large.annotations["fill"] = std::string(4 * kMiB, 'x');
  const auto document = oci::make_document(std::move(large));
  const auto error =
      failure_of([&] { to_->put_manifest("v1", document.descriptor, document.bytes); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
  EXPECT_THAT(error.what(), HasSubstr("400 MANIFEST_INVALID"));
  EXPECT_THAT(error.what(), HasSubstr("too large"));
}

TEST_F(DockerRegistryBehaviour, TakesABlobBySha512AndFilesItBySha256Too) {
  const std::string content = "content";
  const oci::Descriptor blob{
      .media_type = "x/y",
      .digest = oci::Digest::of(oci::as_bytes(content), oci::DigestAlgorithm::kSha512),
      .size = content.size()};
  EXPECT_FALSE(to_->put_upload(to_->start_upload(), blob, Body::of(content)).error);
  EXPECT_EQ(to_->head_blob(blob.digest), content.size());
  EXPECT_EQ(to_->head_blob(oci::Digest::of(oci::as_bytes(content))), content.size());
}

TEST_F(DockerRegistryBehaviour, RefusesAWrongDigest) {
  const auto blob = test::add_blob(store_, "content", "x/y");
  const auto error =
      failure_of([&] { (void)to_->put_upload(to_->start_upload(), blob, Body::of("other")); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
  EXPECT_THAT(error.what(), HasSubstr("400 DIGEST_INVALID"));
}

TEST_F(DockerRegistryBehaviour, GivesPartsOfABlob) {
  const std::string content = test::random_bytes(2 * kMiB);
  const auto blob = test::add_blob(store_, content, "x/y");
  BlobPusher pusher(*to_, {});
  pusher.start_blob(blob, store_);
  pusher.wait();
  const auto answer =
      ask("GET", "/v2/team/app/blobs/" + blob.digest.to_string(), {{"Range", "bytes=2097150-"}});
  EXPECT_EQ(answer.head.status, 206);
  EXPECT_EQ(answer.head.headers.find("Content-Range"), "bytes 2097150-2097151/2097152");
  EXPECT_EQ(oci::read_all(*to_->get_blob(blob, kMiB), 2 * kMiB), content.substr(kMiB));
}

TEST_F(DockerRegistryBehaviour, TakesManifestsWithoutLayersWithoutTypesAndWithSubjects) {
  push();
  oci::Manifest manifest = oci::read_manifest(store_, image_).value;
  manifest.layers.clear();
  manifest.subject = image_;
  manifest.artifact_type = "application/vnd.test";
  const auto artifact = oci::make_document(manifest);
  EXPECT_NO_THROW(to_->put_manifest("v2", artifact.descriptor, artifact.bytes));
  std::string untyped = artifact.bytes;
  const std::string field = R"("mediaType":"application/vnd.oci.image.manifest.v1+json",)";
  untyped.erase(untyped.find(field), field.size());
  const auto answer = ask("PUT", "/v2/team/app/manifests/v3",
                          {{"Content-Type", oci::media_type::kOciManifest}}, untyped);
  EXPECT_EQ(answer.head.status, 201);
  EXPECT_EQ(to_->get_manifest("v3").bytes, untyped);
}

TEST_F(DockerRegistryBehaviour, LosesAnUploadThatBrokeInTheMiddleOfAPart) {
  const std::string upload = new_upload();
  class Broken final : public oci::Source {
   public:
    std::size_t read(oci::MutableBytes buffer) override {
      if (std::exchange(once_, false)) return buffer.size();
      throw oci::Error(oci::ErrorCode::kFailed, "cut");
    }

   private:
    bool once_ = true;
  };
  Request part{.method = "PATCH",
               .url = Url::parse(upload),
               .headers = {{"Content-Type", "application/octet-stream"}},
               .body = Body{[] { return std::make_unique<Broken>(); }, 64 * kMiB}};
  EXPECT_THROW(client_.send(part), oci::Error);
  // It has something of the part; whether it says so is another matter. Nothing can go on here.
  const auto status = to_->upload_status({Url::parse(upload), 0});
  EXPECT_TRUE(!status || status->offset == 0);
}

}  // namespace
}  // namespace bale::registry
