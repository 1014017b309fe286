// SPDX-License-Identifier: Apache-2.0
#include "oci/completing_provider.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

Descriptor describe(std::string_view content) {
  return {
      .media_type = "text/plain", .digest = Digest::of(as_bytes(content)), .size = content.size()};
}

void put(BlobStore& store, std::string_view content) {
  const auto writer = store.create_blob();
  writer->write(as_bytes(content));
  writer->finish(Digest::of(as_bytes(content)));
}

/// Counts how often content is really moved.
class CountingProvider final : public BlobProvider {
 public:
  explicit CountingProvider(std::string content) : content_(std::move(content)) {}
  std::optional<std::uint64_t> size(const Digest&) const override { return content_.size(); }
  int opened() const { return opened_; }

 private:
  std::unique_ptr<Source> do_open(const Descriptor&) const override {
    ++opened_;
    return std::make_unique<BytesSource>(as_bytes(content_));
  }
  std::string content_;
  mutable std::atomic<int> opened_ = 0;
};

TEST(CompletingProvider, FetchesOnceForManyReaders) {
  MemoryStore store;
  const auto origin = std::make_shared<CountingProvider>(std::string(1 << 20, 'x'));
  const CompletingProvider provider(store, origin);
  const Descriptor descriptor = describe(std::string(1 << 20, 'x'));
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] {
      StringSink sink;
      EXPECT_EQ(copy(*provider.open(descriptor), sink), descriptor.size);
    });
  }
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(origin->opened(), 1);
  EXPECT_EQ(store.size(descriptor.digest), descriptor.size);
}

TEST(CompletingProvider, AsksNobodyForWhatTheStoreHas) {
  MemoryStore store;
  put(store, "here");
  const auto origin = std::make_shared<CountingProvider>("elsewhere");
  const CompletingProvider provider(store, origin);
  EXPECT_EQ(read_all(*provider.open(describe("here")), 100), "here");
  EXPECT_EQ(origin->opened(), 0);
}

TEST(CompletingProvider, KeepsNothingOfABlobWithOtherContent) {
  MemoryStore store;
  const auto origin = std::make_shared<CountingProvider>("altered!");
  const CompletingProvider provider(store, origin);
  EXPECT_THROW(provider.open(describe("original")), Error);
  EXPECT_FALSE(store.size(describe("original").digest));
}

}  // namespace
}  // namespace bale::oci
