// SPDX-License-Identifier: Apache-2.0
#include "server/registry_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/base64.h"
#include "server/layout_images.h"
#include "tests/support/served_registry.h"
#include "tests/support/test_image.h"

namespace bale::test {
namespace {

const std::string kUploads = "/v2/app/blobs/uploads/";

oci::Digest digest_of(std::string_view content) { return oci::Digest::of(oci::as_bytes(content)); }

TEST(RegistryService, WhatIsPushedHasItsNameInTheStore) {
  ServedRegistry registry;
  registry.push_image("team/app", "v1", "one");
  registry.push_image("ghcr.io/daksha-rc/rc-web", "v1", "two");
  EXPECT_TRUE(registry.store().find(oci::Reference::parse("localhost/team/app:v1")));
  EXPECT_TRUE(registry.store().find(oci::Reference::parse("ghcr.io/daksha-rc/rc-web:v1")));
}

TEST(RegistryService, ServesWhatOthersPutIntoTheStore) {
  ServedRegistry registry;
  const auto image = add_image(registry.store().blobs(), "linux/amd64");
  for (const char* name : {"127.0.0.1:5000/app:v1", "docker.io/library/debian:12"}) {
    registry.store().tag(oci::Reference::parse(name), image);
  }
  EXPECT_EQ(registry.ask("HEAD", "/v2/app/manifests/v1").head.status, 200);
  EXPECT_EQ(registry.ask("HEAD", "/v2/library/debian/manifests/12").head.status, 200);
  EXPECT_EQ(registry.ask("HEAD", "/v2/docker.io/library/debian/manifests/12").head.status, 200);
}

TEST(RegistryService, WhatWasPushedGoesBeforeWhatHasTheNameByChance) {
  ServedRegistry registry;
  const auto other = add_image(registry.store().blobs(), "linux/amd64");
  registry.store().tag(oci::Reference::parse("docker.io/library/app:v1"), other);
  const auto pushed = registry.push_image("app", "v1");
  EXPECT_EQ(registry.ask("GET", "/v2/app/manifests/v1").body, pushed.bytes);
}

TEST(RegistryService, ReadOnlyRefusesEveryWrite) {
  ServedRegistry registry({.writes = server::Writes::kRefused});
  const auto image = add_image(registry.store().blobs(), "linux/amd64");
  registry.store().tag(oci::Reference::parse("localhost/app:v1"), image);
  EXPECT_EQ(registry.ask("GET", "/v2/app/manifests/v1").head.status, 200);
  for (const auto& [method, path] : {std::pair{"POST", kUploads},
                                     {"PUT", std::string("/v2/app/manifests/v2")},
                                     {"DELETE", std::string("/v2/app/manifests/v1")}}) {
    const auto answer = registry.ask(method, path, {.body = ""});
    EXPECT_EQ(answer.head.status, 405) << method;
    EXPECT_EQ(error_code(answer), "UNSUPPORTED") << method;
    EXPECT_EQ(header(answer, "Allow"), "GET, HEAD") << method;
  }
}

TEST(RegistryService, OtherMethodsAreNotAllowed) {
  ServedRegistry registry;
  for (const char* path : {"/v2/", "/v2/_catalog", "/v2/app/tags/list", "/v2/app/manifests/v1",
                           "/v2/app/blobs/uploads/"}) {
    const auto answer = registry.ask("PATCH", path, {.body = ""});
    EXPECT_EQ(answer.head.status, 405) << path;
    EXPECT_NE(header(answer, "Allow"), "") << path;
  }
}

TEST(RegistryService, OtherPathsAreNotFound) {
  ServedRegistry registry;
  for (const char* path : {"/", "/v1/", "/v2/app", "/etc/passwd", "/v2/app/../../etc/passwd"}) {
    EXPECT_EQ(registry.ask("GET", path).head.status, 404) << path;
  }
}

TEST(RegistryService, NobodyPassesWithoutThePassword) {
  // htpasswd -Bbn alice secret
  ServedRegistry registry(
      {.htpasswd = "alice:$2y$05$UHUiiyXEEXC71/T3CtUb5OP67/kDYQJrv4/ti7X6QIbEwBAlH/PhK\n"});
  const auto stranger = registry.ask("GET", "/v2/");
  EXPECT_EQ(stranger.head.status, 401);
  EXPECT_TRUE(header(stranger, "WWW-Authenticate").starts_with("Basic realm="));
  EXPECT_EQ(error_code(stranger), "UNAUTHORIZED");
  EXPECT_EQ(registry.ask("POST", kUploads + "?digest=" + digest_of("x").to_string(), {.body = "x"})
                .head.status,
            401);
  const std::string alice = "Basic " + oci::encode_base64("alice:secret");
  EXPECT_EQ(registry.ask("GET", "/v2/", {.headers = {{"Authorization", alice}}}).head.status, 200);
}

TEST(RegistryService, UploadsHaveALimitAndIdleOnesMakeRoom) {
  ServedRegistry registry({.uploads = {.sessions = 2, .idle = std::chrono::hours(1)}});
  EXPECT_EQ(registry.ask("POST", kUploads).head.status, 202);
  const auto second = location(registry.ask("POST", kUploads));
  EXPECT_EQ(registry.ask("POST", kUploads).head.status, 429);
  registry.ask("DELETE", second);
  EXPECT_EQ(registry.ask("POST", kUploads).head.status, 202);
  ServedRegistry hasty({.uploads = {.sessions = 1, .idle = std::chrono::seconds(0)}});
  EXPECT_EQ(hasty.ask("POST", kUploads).head.status, 202);
  EXPECT_EQ(hasty.ask("POST", kUploads).head.status, 202);
}

/// A layout folder behind a service, without connections.
class ServedLayout : public testing::Test {
 protected:
  ServedLayout() {
    auto layout = oci::ImageLayout::create(scratch_ / "layout");
    image_ = add_image(layout, "linux/amd64");
    layout.set_tag("v1", image_);
    layout.set_tag("ghcr.io/team/app:v2", image_);
  }

  int status(const std::string& method, const std::string& path, registry::Headers headers = {},
             const std::string& body = "") {
    server::HttpRequest request{.method = method, .path = path};
    for (const auto& field : headers.fields()) request.headers.push_back(field);
    auto answer = service_.answer(request);
    if (auto* response = std::get_if<server::HttpResponse>(&answer)) return response->status;
    auto& receiver = *std::get<std::unique_ptr<server::BodyReceiver>>(answer);
    receiver.write(oci::as_bytes(body));
    return receiver.finish().status;
  }

  ScratchFolder scratch_;
  oci::Descriptor image_{.media_type = {}, .digest = digest_of("")};
  server::LayoutImages images_{oci::ImageLayout::create(scratch_ / "layout"), "app"};
  server::RegistryService service_{images_, {}};
};

TEST_F(ServedLayout, ManifestsThatArePushedAtOnceShareABudget) {
  server::RegistryService service(images_, {.manifest_memory = 100});
  const auto push = [&](const std::string& body) {
    auto answer = service.answer({.method = "PUT", .path = "/v2/app/manifests/v3"});
    auto receiver = std::move(std::get<std::unique_ptr<server::BodyReceiver>>(answer));
    receiver->write(oci::as_bytes(body));
    return receiver;
  };
  const std::string body(60, ' ');
  auto first = push(body);
  const auto refused = push(body)->finish();
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.headers, testing::Contains(testing::Pair("Retry-After", "1")));
  // What was refused holds nothing, nor does what ended or broke off.
  const auto still_open = push(body);
  EXPECT_EQ(push(std::string(40, ' '))->finish().status, 400);
  EXPECT_EQ(first->finish().status, 400);
  first.reset();
  push(body).reset();
  EXPECT_EQ(push(body)->finish().status, 400);
}

TEST_F(ServedLayout, NamesOfEntriesAreTags) {
  EXPECT_EQ(status("GET", "/v2/app/manifests/v1"), 200);
  EXPECT_EQ(status("GET", "/v2/app/manifests/v2"), 200);
  EXPECT_EQ(status("GET", "/v2/other/manifests/v1"), 404);
}

TEST_F(ServedLayout, TakesPushesUnderPlainTags) {
  const std::string json = oci::read_blob(images_.blobs(), image_, oci::kMaxManifestSize);
  EXPECT_EQ(status("PUT", "/v2/app/manifests/v3", {{"Content-Type", image_.media_type.to_string()}},
                   json),
            201);
  EXPECT_EQ(images_.blobs().find("v3")->digest, image_.digest);
  EXPECT_EQ(status("POST", "/v2/other/blobs/uploads/"), 404);
}

TEST_F(ServedLayout, MovedTagLeavesTheOldImageReachableByItsDigest) {
  const auto other = add_image(images_.blobs(), "linux/arm64", "other");
  const std::string json = oci::read_blob(images_.blobs(), other, oci::kMaxManifestSize);
  for (const char* tag : {"v1", "v2"}) {
    status("PUT", std::string("/v2/app/manifests/") + tag,
           {{"Content-Type", other.media_type.to_string()}}, json);
  }
  EXPECT_EQ(status("GET", "/v2/app/manifests/" + image_.digest.to_string()), 200);
  EXPECT_EQ(status("DELETE", "/v2/app/manifests/" + image_.digest.to_string()), 202);
  EXPECT_EQ(status("GET", "/v2/app/manifests/" + image_.digest.to_string()), 404);
}

TEST_F(ServedLayout, DeletesATag) {
  EXPECT_EQ(status("DELETE", "/v2/app/manifests/v1"), 202);
  EXPECT_EQ(status("GET", "/v2/app/manifests/v1"), 404);
  EXPECT_EQ(status("DELETE", "/v2/app/manifests/v1"), 404);
}

}  // namespace
}  // namespace bale::test
