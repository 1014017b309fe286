// SPDX-License-Identifier: Apache-2.0
// What real servers do that a client has to live with: docker-registry in its configurations, nginx
// before it.

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "registry/auth_check.h"
#include "registry/blob_pusher.h"
#include "registry/delete_tag.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/referrers.h"
#include "registry/registries.h"
#include "tests/support/certificates.h"
#include "tests/support/docker_registry.h"
#include "tests/support/nginx.h"
#include "tests/support/peer_tool.h"
#include "tests/support/random_bytes.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class RegistryQuirks : public ::testing::Test {
 protected:
  void SetUp() override { BALE_NEEDS_PEER("docker-registry"); }

  Repository repository(const std::string& host, const std::string& name = "team/app") {
    return registries_.repository(oci::Reference::parse(host + "/" + name),
                                  Repository::Access::kPush);
  }

  BlobCounts push_blob(const std::string& host, const oci::Descriptor& blob) {
    BlobPusher pusher(repository(host), {});
    pusher.start_blob(blob, store_);
    pusher.wait();
    return pusher.counts();
  }

  /// Runs what has to fail, and gives the error back.
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

  HttpClient client_;
  Registries registries_{client_};
  oci::MemoryStore store_;
  oci::Descriptor image_ = test::add_image(store_, "linux/amd64");
};

TEST_F(RegistryQuirks, DeletesATagAloneThoughTheRegistryDeletesManifestsOnly) {
  const test::DockerRegistry server;
  const Repository to = repository(server.host());
  push_image(store_, image_, to, {.tags = {"v1", "v2"}});
  delete_tag(to, "v1");
  EXPECT_THAT(to.tags(), ElementsAre("v2"));
  EXPECT_EQ(to.head_manifest("v2")->digest, image_.digest);
}

TEST_F(RegistryQuirks, KeepsTheTagWhereDeletingIsOff) {
  const test::DockerRegistry server({.storage = ""});
  const Repository to = repository(server.host());
  push_image(store_, image_, to, {.tags = {"v1"}});
  const auto error = failure_of([&] { delete_tag(to, "v1"); });
  EXPECT_THAT(error.what(), HasSubstr("405 UNSUPPORTED"));
  EXPECT_EQ(to.head_manifest("v1")->digest, image_.digest);
}

TEST_F(RegistryQuirks, SaysThatARegistryIsReadOnly) {
  const test::DockerRegistry server({.storage = "  maintenance: {readonly: {enabled: true}}\n"});
  const Repository to = repository(server.host());
  const auto error = failure_of([&] { push_image(store_, image_, to, {.tags = {"v1"}}); });
  EXPECT_THAT(error.what(), HasSubstr("405"));
  EXPECT_THAT(check_access(to, to).findings.at(1).reason, HasSubstr("read-only"));
}

TEST_F(RegistryQuirks, PullsThroughACacheThatTakesNoPushes) {
  const test::DockerRegistry origin;
  push_image(store_, image_, repository(origin.host()), {.tags = {"v1"}});
  const test::DockerRegistry cache(
      {.more = "proxy: {remoteurl: \"http://" + origin.host() + "\"}\n"});
  oci::MemoryStore pulled;
  EXPECT_EQ(pull_image(repository(cache.host()), "v1", pulled).digest, image_.digest);
  const auto blob = test::add_blob(store_, "new", "x/y");
  const auto error = failure_of([&] { push_blob(cache.host(), blob); });
  EXPECT_THAT(error.what(), HasSubstr("405 UNSUPPORTED"));
}

TEST_F(RegistryQuirks, FollowsRelativeLocations) {
  const test::DockerRegistry server({.http = ", relativeurls: true"});
  const auto blob = test::add_blob(store_, test::random_bytes(40 * kMiB), "x/y");
  EXPECT_EQ(push_blob(server.host(), blob).uploaded, 1U);
}

TEST_F(RegistryQuirks, GoesOnWithAnUploadBetweenParts) {
  const test::DockerRegistry server;
  const Repository to = repository(server.host());
  const std::string content = test::random_bytes(2 * kMiB);
  const auto first = to.patch_upload(to.start_upload(), Body::of(content.substr(0, kMiB)));
  ASSERT_FALSE(first.error);
  EXPECT_EQ(first.upload.offset, kMiB);
  const auto status = to.upload_status(first.upload);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->offset, kMiB);
  const auto second = to.patch_upload(*status, Body::of(content.substr(kMiB)));
  const auto digest = oci::Digest::of(oci::as_bytes(content));
  const oci::Descriptor blob{.media_type = "x/y", .digest = digest, .size = content.size()};
  EXPECT_FALSE(to.put_upload(second.upload, blob, Body::of("")).error);
  EXPECT_EQ(to.head_blob(digest), content.size());
}

TEST_F(RegistryQuirks, TakesAFreshUploadForEmpty) {
  const test::DockerRegistry server;
  const Repository to = repository(server.host());
  const auto status = to.upload_status(to.start_upload());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->offset, 0U);  // it says `Range: 0-0`
}

TEST_F(RegistryQuirks, KnowsABlobByMountingItFromItsOwnRepository) {
  const test::DockerRegistry server;
  const Repository to = repository(server.host());
  const auto blob = test::add_blob(store_, "small", "x/y");
  EXPECT_EQ(push_blob(server.host(), blob).uploaded, 1U);
  EXPECT_EQ(push_blob(server.host(), blob).present, 1U);
  EXPECT_FALSE(to.mount_blob(blob.digest, to));
}

TEST_F(RegistryQuirks, SendsABlobInPartsWhereNginxTakesNoLargeRequest) {
  BALE_NEEDS_PEER("nginx");
  const test::DockerRegistry server;
  const test::Nginx front(
      test::Nginx::in_front_of(server.host(), "      client_max_body_size 4m;\n"));
  const auto blob = test::add_blob(store_, test::random_bytes(10 * kMiB), "x/y");
  EXPECT_EQ(push_blob(front.host(), blob).uploaded, 1U);
  EXPECT_EQ(repository(server.host()).head_blob(blob.digest), blob.size);
}

TEST_F(RegistryQuirks, LeavesNginxInPeaceThatCountsRequests) {
  BALE_NEEDS_PEER("nginx");
  const test::DockerRegistry server;
  const test::Nginx front(
      "  limit_req_zone $server_name zone=all:1m rate=50r/s;\n"
      "  limit_req_status 429;\n" +
      test::Nginx::in_front_of(server.host(), "      limit_req zone=all;\n"));
  RegistriesOptions options;
  options.retry.attempts = 12;
  Registries patient(client_, no_keychain(), {}, options);
  const auto to = patient.repository(oci::Reference::parse(front.host() + "/team/app"),
                                     Repository::Access::kPush);
  PushOptions push{.tags = {"v1"}};
  push.blobs.upload.retry.attempts = 12;
  push_image(store_, image_, to, push);
  EXPECT_TRUE(repository(server.host()).head_manifest("v1"));
}

TEST_F(RegistryQuirks, TakesNoCredentialsAlongToAnotherPort) {
  BALE_NEEDS_PEER("nginx");
  const test::ScratchFolder data;
  const std::filesystem::path blobs = data.path();
  const test::Nginx files(
      "  server {\n    listen 127.0.0.1:@PORT@;\n    location / {\n"
      "      if ($http_authorization) { return 400; }\n      root " +
      blobs.string() + ";\n    }\n  }\n");
  // htpasswd -Bbn alice secret, with a cost that suits a test
  std::ofstream(data / "htpasswd")
      << "alice:$2y$05$GIsWgkd5Xqa6h8KiEoYT5u5eGIZ6rS1n5W6iLyebs2pcsZ.TliCqS\n";
  const test::DockerRegistry server(
      {.more = "auth: {htpasswd: {realm: test, path: " + (data / "htpasswd").string() +
               "}}\nmiddleware: {storage: [{name: redirect, options: {baseurl: \"http://" +
               files.host() + "/\"}}]}\n",
       .storage = "  redirect: {disable: false}\n",
       .data = blobs});
  const class : public Keychain {
    std::optional<Credential> find(const std::string&, const std::string&) const override {
      return Credential{.username = "alice", .password = Secret("secret"), .source = "test"};
    }
    std::string key(const std::string& host, const std::string&) const override { return host; }
  } alice;
  Registries known(client_, alice);
  const auto to = known.repository(oci::Reference::parse(server.host() + "/team/app"),
                                   Repository::Access::kPush);
  push_image(store_, image_, to, {.tags = {"v1"}});
  oci::MemoryStore pulled;
  EXPECT_EQ(pull_image(to, "v1", pulled).digest, image_.digest);
}

TEST_F(RegistryQuirks, ShowsItsCertificateToWhoeverDemandsOne) {
  const test::ScratchFolder folder;
  test::make_certificates(folder.path());
  const std::string at = folder.path().string();
  const test::DockerRegistry server({.http = ", tls: {certificate: " + at + "/server.crt, key: " +
                                             at + "/server.key, clientcas: [" + at + "/ca.crt]}"});
  const std::filesystem::path certificates = folder / "certs.d";
  const std::filesystem::path own = certificates / server.host();
  std::filesystem::create_directories(own);
  std::filesystem::copy(folder / "ca.crt", own / "ca.crt");
  std::filesystem::copy(folder / "client.crt", own / "client.cert");
  std::filesystem::copy(folder / "client.key", own / "client.key");
  RegistriesOptions options;
  options.tls_verify = true;
  options.certificates = {certificates};
  Registries known(client_, no_keychain(), {}, options);
  const auto to = known.repository(oci::Reference::parse(server.host() + "/team/app"),
                                   Repository::Access::kPush);
  push_image(store_, image_, to, {.tags = {"v1"}});
  EXPECT_TRUE(to.head_manifest("v1"));
  options.certificates = {};
  options.retry.attempts = 1;
  Registries stranger(client_, no_keychain(), {}, options);
  const auto error = failure_of([&] {
    (void)stranger
        .repository(oci::Reference::parse(server.host() + "/team/app"), Repository::Access::kPull)
        .head_manifest("v1");
  });
  EXPECT_EQ(error.code(), oci::ErrorCode::kFailed) << error.what();
}

}  // namespace
}  // namespace bale::registry
