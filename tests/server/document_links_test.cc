// SPDX-License-Identifier: Apache-2.0
#include "server/document_links.h"

#include <barrier>
#include <future>

#include <gtest/gtest.h>

#include "oci/blob_store.h"
#include "tests/support/test_image.h"

namespace bale::server {
namespace {

/// A store that two must read from at once.
class MeetingPlace final : public oci::BlobProvider {
 public:
  explicit MeetingPlace(const oci::MemoryStore& store) : store_(store) {}
  std::optional<std::uint64_t> size(const oci::Digest& digest) const override {
    return store_.size(digest);
  }

 private:
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override {
    both_.arrive_and_wait();
    return store_.open_unverified(descriptor);
  }

  const oci::MemoryStore& store_;
  mutable std::barrier<> both_{2};
};

TEST(DocumentLinksCache, GivesTwoWhoReadAtOnceTheSame) {
  oci::MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm64"});
  const MeetingPlace blobs(store);
  DocumentLinksCache cache;
  auto other = std::async(std::launch::async, [&] { return cache.read(blobs, root); });
  const auto links = cache.read(blobs, root);
  EXPECT_EQ(other.get(), links);
  EXPECT_EQ(links->manifests.size(), 2U);
  EXPECT_EQ(cache.read(blobs, root), links);
}

}  // namespace
}  // namespace bale::server
