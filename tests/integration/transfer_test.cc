// SPDX-License-Identifier: Apache-2.0
// Large transfers by the program itself, over links that break and through its own sudden death.

#include <fstream>
#include <optional>

#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/image_layout.h"
#include "registry/registries.h"
#include "tests/support/breaking_link.h"
#include "tests/support/child_program.h"
#include "tests/support/docker_registry.h"
#include "tests/support/nginx.h"
#include "tests/support/program_test.h"
#include "tests/support/random_bytes.h"
#include "tests/support/test_image.h"

namespace bale::test {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kLayer = 1024 * kMiB;
constexpr int kDeaths = 10;

/// An image with one layer of a gibibyte in a layout, and a registry that resumes: docker-registry
/// keeps only parts that arrive whole, and nginx before it hands on no others.
class TransferTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    BALE_NEEDS_PEER("docker-registry");
    BALE_NEEDS_PEER("/usr/sbin/nginx");
    registry_.emplace();
    proxy_.emplace(Nginx::in_front_of(registry_->host()));
    write_image();
  }

  void write_image() {
    auto layout = oci::ImageLayout::create(scratch_ / "layout");
    const auto writer = layout.create_blob();
    const std::string piece = random_bytes(16 * kMiB);
    oci::Hasher hasher;
    for (std::uint64_t at = 0; at < kLayer; at += piece.size()) {
      hasher.update(oci::as_bytes(piece));
      writer->write(oci::as_bytes(piece));
    }
    const oci::Digest digest = hasher.finish();
    writer->finish(digest);
    const oci::Descriptor layer{
        .media_type = oci::media_type::kOciLayer, .digest = digest, .size = kLayer};
    const auto config =
        add_blob(layout,
                 R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")" +
                     digest.to_string() + R"("]}})",
                 oci::media_type::kOciConfig);
    const auto manifest = oci::make_document(oci::Manifest{.config = config, .layers = {layer}});
    oci::write_blob(layout, manifest.descriptor, manifest.bytes);
    layout.set_tag("v1", manifest.descriptor);
    image_ = manifest.descriptor;
    layer_ = layer;
  }

  std::vector<std::string> push_through(const std::string& host) const {
    return {BALE_PROGRAM,
            "--store",
            store().string(),
            "copy",
            "oci:" + (scratch_ / "layout").string() + ":v1",
            "docker://" + host + "/team/app:v1"};
  }
  std::vector<std::string> pull_through(const std::string& host) const {
    return {BALE_PROGRAM, "--store", store().string(), "pull", host + "/team/app:v1"};
  }

  bool arrived() const {
    registry::HttpClient client;
    registry::Registries registries(client);
    const auto repository =
        registries.repository(oci::Reference::parse(registry_->host() + "/team/app"),
                              registry::Repository::Access::kPull);
    const auto found = repository.head_manifest("v1");
    return found && found->digest == image_->digest;
  }

  /// The program dies once more bytes than the link's budget have gone through one connection.
  template <typename Command>
  void die_often(BreakingLink& link, Command command) {
    for (int death = 0; death < kDeaths; ++death) {
      ChildProgram program(command(link.host()));
      link.at_break([&program] { program.kill(); });
      EXPECT_TRUE(program.wait().killed) << "death " << death;
      link.at_break({});
    }
  }

  std::optional<DockerRegistry> registry_;
  std::optional<Nginx> proxy_;
  std::optional<oci::Descriptor> image_;
  std::optional<oci::Descriptor> layer_;
};

TEST_F(TransferTest, PushOverABreakingLinkCostsAFifthMoreAtMost) {
  const BreakingLink link(proxy_->host(), 64 * kMiB);
  ChildProgram program(push_through(link.host()));
  EXPECT_EQ(program.wait().status, 0);
  EXPECT_TRUE(arrived());
  EXPECT_GE(link.breaks(), kLayer / (64 * kMiB));
  EXPECT_LE(link.to_server(), kLayer * 12 / 10);
}

TEST_F(TransferTest, PushGoesOnAfterItWasKilled) {
  BreakingLink link(proxy_->host(), 92 * kMiB);
  die_often(link, [this](const std::string& host) { return push_through(host); });
  ChildProgram program(push_through(link.host()));
  EXPECT_EQ(program.wait().status, 0);
  EXPECT_TRUE(arrived());
  EXPECT_LE(link.to_server(), kLayer * 12 / 10);
}

TEST_F(TransferTest, PushWhereTheRegistryLosesHalfPartsEndsClearlyAndKeepsTheRest) {
  const BreakingLink link(registry_->host(), 3 * kMiB);  // less than any part
  const PeerRun run = run_peer(std::string(BALE_PROGRAM) + " --retries 2 --store " +
                               store().string() + " copy oci:" + (scratch_ / "layout").string() +
                               ":v1 docker://" + link.host() + "/team/app:v1");
  EXPECT_EQ(run.status, 6) << run.output;
  EXPECT_NE(run.output.find("pushing " + layer_->digest.to_string()), std::string::npos)
      << run.output;
  EXPECT_EQ(ChildProgram(push_through(registry_->host())).wait().status, 0);
  EXPECT_TRUE(arrived());
}

TEST_F(TransferTest, PullOverABreakingLinkAsksForTheRestOnly) {
  ASSERT_EQ(ChildProgram(push_through(registry_->host())).wait().status, 0);
  const BreakingLink link(registry_->host(), 64 * kMiB);
  EXPECT_EQ(ChildProgram(pull_through(link.host())).wait().status, 0);
  EXPECT_GE(link.breaks(), kLayer / (64 * kMiB));
  EXPECT_LE(link.to_client(), kLayer * 12 / 10);
}

TEST_F(TransferTest, PullGoesOnAfterItWasKilled) {
  ASSERT_EQ(ChildProgram(push_through(registry_->host())).wait().status, 0);
  BreakingLink link(registry_->host(), 92 * kMiB);
  die_often(link, [this](const std::string& host) { return pull_through(host); });
  EXPECT_EQ(ChildProgram(pull_through(link.host())).wait().status, 0);
  EXPECT_LE(link.to_client(), kLayer * 12 / 10);
}

TEST_F(TransferTest, KeepsLittleOfALargeLayerInMemory) {
  constexpr long kMost = 64 * 1024;
  const auto push = ChildProgram(push_through(registry_->host())).wait();
  EXPECT_EQ(push.status, 0);
  EXPECT_LT(push.peak_memory_kib, kMost);
  const auto pull = ChildProgram(pull_through(registry_->host())).wait();
  EXPECT_EQ(pull.status, 0);
  EXPECT_LT(pull.peak_memory_kib, kMost);
}

}  // namespace
}  // namespace bale::test
