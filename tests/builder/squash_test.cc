// SPDX-License-Identifier: Apache-2.0
#include "builder/squash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/blob_store.h"
#include "oci/layer_toc.h"

namespace bale::builder {
namespace {

using oci::FileType;
using oci::TarEntry;
using testing::ElementsAre;

class NullSink final : public oci::Sink {
 public:
  void write(oci::Bytes) override {}
};

TarEntry folder(std::string path, std::uint32_t mode = 0755) {
  return {.path = std::move(path), .type = FileType::kDirectory, .mode = mode};
}

TarEntry link(std::string path, std::string target) {
  return {.path = std::move(path), .type = FileType::kHardLink, .link_target = std::move(target)};
}

class SquashTest : public testing::Test {
 protected:
  /// One layer on top; regular files hold their own paths.
  void add_layer(const std::vector<TarEntry>& entries) {
    oci::LayerWriter writer(store_, pool_, {}, toc_);
    for (TarEntry entry : entries) {
      std::string content = entry.type == FileType::kRegular ? entry.path : "";
      entry.size = content.size();
      if (content.empty()) {
        writer.add(std::move(entry));
      } else {
        writer.add_bytes(std::move(entry), std::move(content));
      }
    }
    const auto layer = writer.finish();
    layers_.push_back({layer.descriptor, layer.diff_id});
  }

  std::vector<oci::TocEntry> squashed() {
    std::vector<std::shared_ptr<const oci::LayerToc>> tables;
    for (const auto& layer : layers_) {
      tables.push_back(
          std::make_shared<const oci::LayerToc>(oci::list_entries(store_, layer.descriptor)));
    }
    const MergedLayers merged(std::move(tables));
    oci::LayerWriter writer(store_, pool_, {}, toc_);
    write_merged(merged, layers_, store_, writer);
    return oci::list_entries(store_, writer.finish().descriptor);
  }

  /// Paths, with `>` and the target of a hard link, or `=` and the path that the content names.
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const auto& line : squashed()) {
      const TarEntry& entry = line.entry;
      std::string text = entry.path;
      if (entry.type == FileType::kHardLink) text += ">" + entry.link_target;
      if (line.content && entry.path.size() != entry.size) text += "=" + std::to_string(entry.size);
      lines.push_back(std::move(text));
    }
    return lines;
  }

  oci::MemoryStore store_;
  oci::ThreadPool pool_{2};
  NullSink toc_;
  std::vector<StageLayer> layers_;
};

TEST_F(SquashTest, FoldersComeFirstAndWhatIsHiddenNotAtAll) {
  add_layer({folder("a"), {.path = "a/gone"}, {.path = "a/kept"}, {.path = "z"}});
  add_layer({folder("a", 0700), {.path = "a/.wh.gone"}, folder("b"), {.path = "b/new"}});
  EXPECT_THAT(told(), ElementsAre("a", "b", "a/kept", "z", "b/new"));
  EXPECT_EQ(squashed()[0].entry.mode, 0700U) << "what the upper layer says";
}

TEST_F(SquashTest, AnOpaqueFolderHidesWhatLiesBelow) {
  add_layer({folder("a"), {.path = "a/old"}});
  add_layer({folder("a"), {.path = "a/.wh..wh..opq"}, {.path = "a/new"}});
  EXPECT_THAT(told(), ElementsAre("a", "a/new"));
}

TEST_F(SquashTest, NamesOfOneFileStayOneFile) {
  add_layer({{.path = "first"}, link("second", "first")});
  add_layer({link("third", "first")});
  EXPECT_THAT(told(), ElementsAre("first", "second>first", "third>first"));
}

TEST_F(SquashTest, ALinkKeepsTheContentThatItsOtherNameLost) {
  add_layer({{.path = "first"}, link("second", "first")});
  add_layer({{.path = ".wh.first"}});
  EXPECT_THAT(told(), ElementsAre("second=5"));
}

}  // namespace
}  // namespace bale::builder
