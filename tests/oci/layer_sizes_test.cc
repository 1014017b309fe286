// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_sizes.h"

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "oci/fd.h"
#include "oci/io.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

namespace fs = std::filesystem;

DiffId layer(const std::string& content) { return DiffId(Digest::of(as_bytes(content))); }

class LayerSizesTest : public testing::Test {
 protected:
  fs::path file() const { return scratch_ / "cache/layer-sizes"; }
  std::optional<std::uint64_t> find(const std::string& content) const {
    return LayerSizes(file()).find(layer(content));
  }
  void append(const std::string& text) const { std::ofstream(file(), std::ios::app) << text; }

  test::ScratchFolder scratch_;
};

TEST_F(LayerSizesTest, AnotherProcessReadsWhatOneHasAdded) {
  LayerSizes sizes(file());
  sizes.add(layer("a"), 10240);
  sizes.add(layer("b"), 0);
  EXPECT_EQ(sizes.find(layer("a")), 10240);
  EXPECT_EQ(find("a"), 10240);
  EXPECT_EQ(find("b"), 0);
  EXPECT_EQ(find("c"), std::nullopt);
}

TEST_F(LayerSizesTest, ReadingMakesNothing) {
  EXPECT_EQ(find("a"), std::nullopt);
  EXPECT_TRUE(fs::is_empty(scratch_.path()));
}

TEST_F(LayerSizesTest, WritesALayerOnce) {
  LayerSizes(file()).add(layer("a"), 1);
  const auto size = fs::file_size(file());
  LayerSizes again(file());
  again.add(layer("a"), 1);
  again.add(layer("a"), 1);
  EXPECT_EQ(fs::file_size(file()), size);
}

TEST_F(LayerSizesTest, PassesOverWhatIsBroken) {
  LayerSizes(file()).add(layer("a"), 1);
  append("no line\n\n" + layer("b").to_string() + " 12x\n" + layer("c").to_string() + " 99");
  EXPECT_EQ(find("a"), 1);
  EXPECT_EQ(find("b"), std::nullopt);
  EXPECT_EQ(find("c"), std::nullopt) << "it may have had more digits";
  // Becomes one broken line with the one that was cut short, and the next is whole.
  LayerSizes(file()).add(layer("d"), 4);
  LayerSizes(file()).add(layer("d"), 4);
  EXPECT_EQ(find("d"), 4);
  EXPECT_EQ(find("c"), std::nullopt);
}

TEST_F(LayerSizesTest, WritersDoNotMixTheirLines) {
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      LayerSizes sizes(file());
      for (int i = 0; i < 200; ++i) {
        sizes.add(layer(std::to_string(writer) + ":" + std::to_string(i)), i);
      }
    });
  }
  writers.clear();
  const LayerSizes sizes(file());
  for (int writer = 0; writer < 4; ++writer) {
    for (int i = 0; i < 200; ++i) {
      EXPECT_EQ(sizes.find(layer(std::to_string(writer) + ":" + std::to_string(i))), i);
    }
  }
}

}  // namespace
}  // namespace bale::oci
