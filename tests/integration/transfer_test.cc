// SPDX-License-Identifier: Apache-2.0
// Large transfers by the program itself, over links that break and through its own sudden death.

#include <fstream>
#include <optional>

#include <gtest/gtest.h>

#include "oci/image_layout.h"
#include "registry/registries.h"
#include "tests/support/breaking_link.h"
#include "tests/support/child_program.h"
#include "tests/support/docker_registry.h"
#include "tests/support/large_image.h"
#include "tests/support/nginx.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kLayer = 1024 * kMiB;
constexpr int kDeaths = 10;
constexpr std::uint64_t kSmallLayers = 4;

/// An image with one layer of a gibibyte and a few small ones in a layout, and a registry that
/// resumes: docker-registry keeps only parts that arrive whole, and nginx before it hands on no
/// others.
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
    const auto large = add_large_blob(layout, kLayer);
    std::vector<oci::Descriptor> layers{large};
    for (std::uint64_t seed = 1; seed <= kSmallLayers; ++seed) {
      layers.push_back(add_large_blob(layout, kMiB, seed));
    }
    image_ = add_image_of(layout, layers);
    layout.set_tag("v1", *image_);
    layer_ = large;
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

  /// A fifth at most; the exact part is among the test's properties.
  static void expect_little_more_than_the_layer(std::uint64_t bytes) {
    EXPECT_LE(bytes, kLayer * 12 / 10);
    RecordProperty("percent_of_the_layer", static_cast<int>(bytes * 100 / kLayer));
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
  expect_little_more_than_the_layer(link.to_server());
}

TEST_F(TransferTest, PushGoesOnAfterItWasKilled) {
  BreakingLink link(proxy_->host(), 92 * kMiB);
  die_often(link, [this](const std::string& host) { return push_through(host); });
  ChildProgram program(push_through(link.host()));
  EXPECT_EQ(program.wait().status, 0);
  EXPECT_TRUE(arrived());
  expect_little_more_than_the_layer(link.to_server());
}

TEST_F(TransferTest, PushWhereTheRegistryLosesHalfPartsEndsClearlyAndKeepsTheRest) {
  const BreakingLink link(registry_->host(), 3 * kMiB);  // less than any part
  const PeerRun run = run_peer(std::string(BALE_PROGRAM) + " --retries 2 --store " +
                               store().string() + " copy oci:" + (scratch_ / "layout").string() +
                               ":v1 docker://" + link.host() + "/team/app:v1");
  EXPECT_EQ(run.status, 6) << run.output;
  EXPECT_NE(run.output.find("pushing " + layer_->digest.to_string()), std::string::npos)
      << run.output;
  // The next run sends what did not get through and nothing else.
  const BreakingLink whole(registry_->host(), UINT64_MAX);
  EXPECT_EQ(ChildProgram(push_through(whole.host())).wait().status, 0);
  EXPECT_TRUE(arrived());
  EXPECT_LT(whole.to_server(), kLayer + kMiB);
}

TEST_F(TransferTest, PullOverABreakingLinkAsksForTheRestOnly) {
  ASSERT_EQ(ChildProgram(push_through(registry_->host())).wait().status, 0);
  const BreakingLink link(registry_->host(), 64 * kMiB);
  EXPECT_EQ(ChildProgram(pull_through(link.host())).wait().status, 0);
  EXPECT_GE(link.breaks(), kLayer / (64 * kMiB));
  expect_little_more_than_the_layer(link.to_client());
}

TEST_F(TransferTest, PullGoesOnAfterItWasKilled) {
  ASSERT_EQ(ChildProgram(push_through(registry_->host())).wait().status, 0);
  BreakingLink link(registry_->host(), 92 * kMiB);
  die_often(link, [this](const std::string& host) { return pull_through(host); });
  EXPECT_EQ(ChildProgram(pull_through(link.host())).wait().status, 0);
  expect_little_more_than_the_layer(link.to_client());
}

}  // namespace
}  // namespace bale::test
