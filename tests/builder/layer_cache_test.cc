// SPDX-License-Identifier: Apache-2.0
#include "builder/layer_cache.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "oci/blob_store.h"
#include "oci/media_type.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

class LayerCacheTest : public testing::Test {
 protected:
  static CacheKey key(std::string_view text) {
    return CacheKeyHasher("test 1").field("text", text).finish();
  }
  CachedStep step() {
    const auto layer = test::add_blob(blobs_, "a layer", oci::media_type::kOciLayer);
    return {StageLayer{layer, oci::DiffId(layer.digest)}, "2024-03-01T12:00:00Z"};
  }

  test::ScratchFolder scratch_;
  oci::MemoryStore blobs_;
  LayerCache cache_{scratch_ / "cache", blobs_};
};

TEST_F(LayerCacheTest, FindsWhatWasPut) {
  EXPECT_FALSE(cache_.find(key("a")));
  const CachedStep made = step();
  cache_.put(key("a"), made);
  const auto found = LayerCache(scratch_ / "cache", blobs_).find(key("a"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->layer, made.layer);
  EXPECT_EQ(found->created, made.created);
  EXPECT_FALSE(cache_.find(key("b")));
}

TEST_F(LayerCacheTest, RemembersThatAStepMadeNoLayer) {
  cache_.put(key("a"), {std::nullopt, "2024-03-01T12:00:00Z"});
  const auto found = cache_.find(key("a"));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->layer);
}

TEST_F(LayerCacheTest, ForgetsALayerThatIsNoLongerStored) {
  const CachedStep made = step();
  cache_.put(key("a"), made);
  const oci::MemoryStore empty;
  EXPECT_FALSE(LayerCache(scratch_ / "cache", empty).find(key("a")));
}

TEST_F(LayerCacheTest, TakesADamagedRecordForNone) {
  cache_.put(key("a"), step());
  for (const auto& entry : fs::recursive_directory_iterator(scratch_ / "cache")) {
    if (entry.is_regular_file()) fs::resize_file(entry.path(), entry.file_size() / 2);
  }
  EXPECT_FALSE(cache_.find(key("a")));
}

TEST_F(LayerCacheTest, KeepsKeysOfOtherFieldsApart) {
  EXPECT_NE(CacheKeyHasher("k").field("a", "bc").finish().hex(),
            CacheKeyHasher("k").field("ab", "c").finish().hex());
  EXPECT_NE(CacheKeyHasher("k").field("a", "b").field("a", "").finish().hex(),
            CacheKeyHasher("k").field("a", "").field("a", "b").finish().hex());
  EXPECT_NE(key("a"), key("b"));
}

}  // namespace
}  // namespace bale::builder
