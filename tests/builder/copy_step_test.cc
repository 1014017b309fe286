// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_step.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "builder/content_key.h"
#include "builder/context_tree.h"
#include "builder/copy_planner.h"
#include "builder/layers_tree.h"
#include "oci/error.h"
#include "oci/layer_writer.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tree_files.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

void write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

CopyStep copy(std::vector<std::string> sources, std::string destination) {
  CopyStep step;
  step.sources = std::move(sources);
  step.destination = {std::move(destination), true};
  return step;
}

class CopyStepTest : public testing::Test {
 protected:
  struct Layer {
    TreeLayer layer;
    std::string table;
    oci::DiffId diff_id;
  };

  Layer run(const CopyStep& step, std::shared_ptr<const FileTree> source,
            const FileTree& destination = EmptyTree(), std::size_t threads = 2) {
    oci::ThreadPool pool(threads);
    oci::StringSink toc;
    oci::LayerWriter writer(blobs_, pool, {}, toc);
    const auto selection =
        std::make_shared<const CopySelection>(select_files(step, std::move(source), {}));
    run_copy(plan_copy(step, selection, destination), writer);
    const oci::LayerResult result = writer.finish();
    oci::BytesSource table(oci::as_bytes(toc.text()));
    return {{result.descriptor, std::make_shared<const oci::LayerToc>(oci::read_toc(table))},
            toc.text(),
            result.diff_id};
  }

  std::shared_ptr<const FileTree> context() { return std::make_shared<ContextTree>(root_.path()); }

  std::shared_ptr<const FileTree> stage(std::vector<Layer> layers) {
    std::vector<TreeLayer> all;
    for (Layer& each : layers) all.push_back(std::move(each.layer));
    return std::make_shared<LayersTree>(std::move(all), blobs_);
  }

  static std::vector<std::string> lines(const Layer& layer) {
    std::vector<std::string> all;
    for (const oci::TocEntry& each : layer.layer.toc->entries())
      all.push_back(test::describe(each.entry));
    return all;
  }

  test::ScratchFolder root_;
  oci::MemoryStore blobs_;
};

TEST_F(CopyStepTest, FilesOfTheContextBecomeALayer) {
  write(root_ / "src/b.txt", "bee");
  write(root_ / "src/a/deep", "");
  fs::create_symlink("b.txt", root_ / "src/link");
  fs::create_hard_link(root_ / "src/b.txt", root_ / "src/twin");
  const Layer layer = run(copy({"src"}, "/app"), context());
  EXPECT_THAT(lines(layer), ElementsAre("d0755 0:0 app", "d0755 0:0 app/a", "-0644 0:0 app/a/deep",
                                        "-0644 0:0 app/b.txt", "l0777 0:0 app/link -> b.txt",
                                        "h0644 0:0 app/twin -> app/b.txt"));
  EXPECT_EQ(read_tree_file(*stage({layer}), "app/twin", 100), "bee");
}

TEST_F(CopyStepTest, FilesOfAStageAreStreamedAfterTheirFolders) {
  write(root_ / "one/z/late", "first layer");
  write(root_ / "two/a/early", "second layer");
  fs::create_hard_link(root_ / "one/z/late", root_ / "one/z/other");
  const auto built =
      stage({run(copy({"one"}, "/out"), context()), run(copy({"two"}, "/out"), context())});
  const Layer layer = run(copy({"out", "out/z/late"}, "/"), built);
  EXPECT_THAT(lines(layer),
              ElementsAre("d0755 0:0 a", "d0755 0:0 z", "-0644 0:0 late", "-0644 0:0 z/late",
                          "-0644 0:0 a/early", "h0644 0:0 z/other -> z/late"));
  const auto copied = stage({layer});
  EXPECT_EQ(read_tree_file(*copied, "a/early", 100), "second layer");
  EXPECT_EQ(read_tree_file(*copied, "late", 100), "first layer");
  EXPECT_EQ(read_tree_file(*copied, "z/other", 100), "first layer");
}

TEST_F(CopyStepTest, HereDocumentsKeepTheirText) {
  CopyStep step = copy({}, "/etc");
  step.files = {{"motd", "welcome\n"}};
  EXPECT_EQ(read_tree_file(*stage({run(step, context())}), "etc/motd", 100), "welcome\n");
}

TEST_F(CopyStepTest, NamesOfUsersComeFromTheStage) {
  write(root_ / "passwd", "app:x:42:43::/:\n");
  write(root_ / "tool", "#!");
  const auto base = stage({run(copy({"passwd"}, "/etc"), context())});
  CopyStep step = copy({"tool"}, "/bin");
  step.chown = "app";
  EXPECT_THAT(lines(run(step, context(), *base)),
              ElementsAre("d0755 42:43 bin", "-0644 42:43 bin/tool"));
}

TEST_F(CopyStepTest, AFolderOfManyFilesGivesTheSameLayerEverywhere) {
  constexpr int kFolders = 100;
  constexpr int kFiles = 200;
  for (int i = 0; i < kFolders; ++i)
    for (int j = 0; j < kFiles; ++j)
      write(root_ / ("in/d" + std::to_string(i) + "/f" + std::to_string(j)).c_str(),
            std::to_string(i * j));
  test::ScratchFolder other;
  const std::string command =
      "cp -a " + (root_ / "in").string() + " " + (other / "elsewhere").string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  const Layer here = run(copy({"in"}, "/app"), context(), EmptyTree(), 1);
  const Layer there =
      run(copy({"elsewhere"}, "/app"), std::make_shared<ContextTree>(other.path()), EmptyTree(), 4);
  EXPECT_EQ(here.layer.toc->entries().size(), 1u + kFolders + kFolders * kFiles);
  EXPECT_EQ(here.layer.descriptor.digest, there.layer.descriptor.digest);
  EXPECT_EQ(here.diff_id, there.diff_id);
}

TEST_F(CopyStepTest, AFileThatChangesWhileItIsCopiedIsFiledUnderWhatWasWritten) {
  write(root_ / "src/a", "old");
  const auto selection =
      std::make_shared<CopySelection>(select_files(copy({"src"}, "/"), context(), {}));
  StatCache cache(root_ / "stat");
  oci::ThreadPool pool(2);
  hash_contents(*selection, cache, pool);
  const CacheKey before = content_key(*selection);
  write(root_ / "src/a", "new");
  const CopyPlan plan = plan_copy(copy({"src"}, "/"), selection, EmptyTree());
  const Layer layer = run(copy({"src"}, "/"), context());
  oci::BytesSource table(oci::as_bytes(layer.table));
  oci::TocReader written(table);
  take_digests(*selection, plan, written, cache, pool);
  EXPECT_NE(content_key(*selection), before);
}

class WorkdirStepTest : public testing::Test {
 protected:
  static std::vector<std::string> lines(const WorkdirStep& step,
                                        std::vector<oci::TocEntry> entries) {
    const oci::MemoryStore blobs;
    const LayersTree files({{{"", oci::Digest::of({})}, test::table(std::move(entries))}}, blobs);
    std::vector<std::string> all;
    for (const oci::TarEntry& each : plan_workdir(step, files, {5, 0})) {
      EXPECT_EQ(each.mtime, (oci::FileTime{5, 0}));
      all.push_back(test::describe(each));
    }
    return all;
  }
};

TEST_F(WorkdirStepTest, MakesWhatIsMissingForTheUser) {
  EXPECT_THAT(lines({"/srv/app/data", "7:8"}, {test::folder("srv", 0700, 1, 1)}),
              ElementsAre("d0700 1:1 srv", "d0755 7:8 srv/app", "d0755 7:8 srv/app/data"));
}

TEST_F(WorkdirStepTest, MakesNothingWhereItExists) {
  EXPECT_THAT(lines({"/srv", "7"}, {test::folder("srv")}), IsEmpty());
  EXPECT_THAT(lines({"/link", "7"}, {test::folder("srv"), test::symlink("link", "srv")}),
              IsEmpty());
}

TEST_F(WorkdirStepTest, FollowsLinksInTheImage) {
  EXPECT_THAT(lines({"/link/app", ""}, {test::folder("srv"), test::symlink("link", "/srv")}),
              ElementsAre("d0755 0:0 srv", "d0755 0:0 srv/app"));
}

TEST_F(WorkdirStepTest, RefusesAFileInTheWay) {
  EXPECT_THROW(lines({"/srv/app", ""}, {test::file("srv")}), oci::Error);
}

}  // namespace
}  // namespace bale::builder
