// SPDX-License-Identifier: Apache-2.0
// How many requests a push to docker-registry takes, to the last one.

#include <map>
#include <mutex>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/image_layout.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/docker_registry.h"
#include "tests/support/large_image.h"
#include "tests/support/peer_tool.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// Counts answered requests by their method.
class RequestCounter final : public oci::Progress {
 public:
  std::unique_ptr<oci::ProgressTask> start(std::string_view group, std::string_view name) override {
    return oci::no_progress().start(group, name);
  }
  void output(std::string_view, std::string_view) override {}
  void warn(std::string_view) override {}
  void debug(std::string_view line) override {
    if (line.find(" http://") == std::string_view::npos || !line.ends_with(" ms)")) return;
    const std::lock_guard lock(mutex_);
    ++counts_[std::string(line.substr(0, line.find(' ')))];
  }

  std::map<std::string, int> by_method() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> counts_;
};

class PushRequests : public ::testing::Test {
 protected:
  void SetUp() override {
    BALE_NEEDS_PEER("docker-registry");
    server_.emplace();
  }

  /// In a world of its own, as another run of the program has it.
  std::map<std::string, int> push(const oci::Descriptor& root, const std::string& tag = "v1") {
    RequestCounter counter;
    HttpClient client({}, counter);
    Registries registries(client);
    push_image(layout_, root,
               registries.repository(oci::Reference::parse(server_->host() + "/team/app"),
                                     Repository::Access::kPush),
               {.tags = {tag}});
    return counter.by_method();
  }

  /// An image with a config of its own and layers of `size`.
  oci::Descriptor image(std::size_t layers, std::uint64_t size) {
    std::vector<oci::Descriptor> list;
    for (std::size_t i = 0; i < layers; ++i) {
      list.push_back(test::add_large_blob(layout_, size, next_seed_++));
    }
    return test::add_image_of(layout_, list);
  }

  oci::Descriptor index_of(std::vector<oci::Descriptor> images) {
    const auto index = oci::make_document(oci::Index{.manifests = std::move(images)});
    oci::write_blob(layout_, index.descriptor, index.bytes);
    return index.descriptor;
  }

  test::ScratchFolder scratch_;
  oci::ImageLayout layout_ = oci::ImageLayout::create(scratch_ / "layout");
  std::optional<test::DockerRegistry> server_;
  std::uint64_t next_seed_ = 1;
};

TEST_F(PushRequests, OfLargeLayersAreTwoEachAndOneToLearnHowTheRegistryMounts) {
  const auto root = index_of({image(10, 33 * kMiB), image(10, 33 * kMiB)});
  // Tag and index are asked for; 22 blobs, and the question; three documents.
  EXPECT_THAT(push(root),
              UnorderedElementsAre(Pair("HEAD", 2), Pair("POST", 22 + 1), Pair("PUT", 22 + 3)));
}

TEST_F(PushRequests, OfSmallLayersAreTwoEach) {
  const auto root = test::add_index(
      layout_, {"linux/amd64", "linux/arm64", "linux/386", "linux/s390x", "linux/ppc64le"});
  // 5 configs and 6 layers, of which one is everybody's
  // 5 configs and 6 layers, of which one is in all images.
  EXPECT_THAT(push(root),
              UnorderedElementsAre(Pair("HEAD", 2), Pair("POST", 11), Pair("PUT", 11 + 6)));
}

TEST_F(PushRequests, OfOneLargeLayerWaitForNoQuestion) {
  EXPECT_THAT(push(image(1, kMiB)),
              UnorderedElementsAre(Pair("HEAD", 2 + 1), Pair("POST", 2), Pair("PUT", 2 + 1)));
}

TEST_F(PushRequests, OfMoreThan64MiBHaveTwoParts) {
  EXPECT_THAT(push(image(1, 65 * kMiB)),
              UnorderedElementsAre(Pair("HEAD", 2 + 1), Pair("POST", 2), Pair("PATCH", 2),
                                   Pair("PUT", 2 + 1)));
}

TEST_F(PushRequests, LookForImagesOfAnEarlierPushByTheirConfigs) {
  const auto kept = image(4, kMiB);
  push(kept, "one");
  // The config of what is there, and then its manifest; of the other one all that it has.
  const auto root = index_of({kept, image(4, kMiB)});
  EXPECT_THAT(push(root),
              UnorderedElementsAre(Pair("HEAD", 2 + 1), Pair("POST", 1 + 5), Pair("PUT", 5 + 2)));
}

TEST_F(PushRequests, LookForImagesThemselvesWhereTheTagIsThere) {
  const auto kept = image(4, kMiB);
  push(index_of({kept, image(4, kMiB)}));
  const auto root = index_of({kept, image(4, kMiB)});
  EXPECT_THAT(push(root),
              UnorderedElementsAre(Pair("HEAD", 2 + 2), Pair("POST", 5 + 1), Pair("PUT", 5 + 2)));
}

}  // namespace
}  // namespace bale::registry
