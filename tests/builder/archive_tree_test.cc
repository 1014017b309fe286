// SPDX-License-Identifier: Apache-2.0
#include "builder/archive_tree.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builder/context_tree.h"
#include "builder/copy_planner.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "tests/builder/planned_entries.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tree_files.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

void write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// Archives that real tools made.
class ArchiveTreeTest : public testing::Test {
 protected:
  ArchiveTreeTest() {
    write(root_ / "in/etc/a", "content of a");
    fs::create_hard_link(root_ / "in/etc/a", root_ / "in/etc/b");
    fs::create_symlink("a", root_ / "in/etc/link");
    write(root_ / "in/bin/tool", "tool");
  }

  void run(const std::string& command) {
    ASSERT_EQ(std::system(("cd " + root_.path().string() + " && " + command).c_str()), 0)
        << command;
  }

  std::shared_ptr<const ArchiveTree> open(const std::string& name) {
    return ArchiveTree::open(std::make_shared<ContextTree>(root_.path()), name);
  }

  std::vector<std::string> add(const std::string& name, std::string chown,
                               std::vector<oci::TocEntry> existing = {}) {
    CopyStep step;
    step.sources = {name};
    step.destination = {"/to", false};
    step.chown = std::move(chown);
    step.chmod = "0600";  // is for what is copied, not for what is unpacked
    const CopySelection selection =
        select_files(step, std::make_shared<ContextTree>(root_.path()), {});
    const ContextTree destination(base(std::move(existing)));
    const CopyPlan plan = plan_copy(
        step,
        std::make_shared<const CopySelection>(unpack_archives(selection, Archives::kUnpackLocal)),
        destination);
    std::vector<std::string> lines;
    for (const oci::TarEntry& each : test::entries_of(plan)) lines.push_back(test::describe(each));
    return lines;
  }

  /// A folder on disk with these entries.
  fs::path base(std::vector<oci::TocEntry> entries) {
    const fs::path folder = root_ / "base";
    fs::create_directories(folder);
    for (const oci::TocEntry& each : entries) {
      if (each.entry.type == oci::FileType::kSymlink)
        fs::create_symlink(each.entry.link_target, folder / each.entry.path);
      else if (each.entry.type == oci::FileType::kDirectory)
        fs::create_directories(folder / each.entry.path);
      else
        write(folder / each.entry.path, "x");
    }
    return folder;
  }

  test::ScratchFolder root_;
};

TEST_F(ArchiveTreeTest, ReadsEveryPackingByItsContent) {
  for (const char* packing : {"", "-z", "-j", "-J", "--zstd"}) {
    run(std::string("tar ") + packing + " -cf misnamed.txt -C in .");
    const auto archive = open("misnamed.txt");
    ASSERT_NE(archive, nullptr) << packing;
    EXPECT_EQ(read_tree_file(*archive, "etc/b", 100), "content of a") << packing;
    EXPECT_EQ(archive->find("etc/a")->link_group, archive->find("etc/b")->link_group);
    EXPECT_EQ(archive->find("etc/link")->entry.link_target, "a");
  }
}

TEST_F(ArchiveTreeTest, OtherFilesAreNoArchives) {
  write(root_ / "text.tar", "not an archive, whatever its name");
  write(root_ / "zeros.tar", std::string(10240, '\0'));
  write(root_ / "broken.gz", "\x1f\x8b\x08 and then nothing that makes sense");
  write(root_ / "big", std::string(3'000'000, 'x'));
  run("gzip -c text.tar > packed.gz");
  for (const char* name : {"text.tar", "zeros.tar", "broken.gz", "big", "packed.gz"})
    EXPECT_EQ(open(name), nullptr) << name;
}

TEST_F(ArchiveTreeTest, AnArchiveThatIsCutOffIsAnError) {
  run("head -c 300000 /dev/urandom > in/noise; tar -czf whole.tgz -C in .;"
      "head -c 200000 whole.tgz > cut.tgz");
  EXPECT_THROW(open("cut.tgz"), oci::Error);
}

TEST_F(ArchiveTreeTest, UnpacksIntoAFolderWithTheArchivesOwners) {
  run("tar --owner=5 --group=6 --numeric-owner --mode=u=rwX,go= -cf a.tar -C in etc");
  const std::vector<std::string> lines = add("a.tar", "");
  EXPECT_THAT(lines, ElementsAre("d0755 0:0 to", "d0700 5:6 to/etc", "-0600 5:6 to/etc/a",
                                 "h0600 5:6 to/etc/b -> to/etc/a", "l0700 5:6 to/etc/link -> a"));
  EXPECT_THAT(add("a.tar", "7:8"), testing::Contains("-0600 7:8 to/etc/a"));
}

TEST_F(ArchiveTreeTest, ReplacesWhatIsInTheWayAndKeepsLinksToFolders) {
  run("tar --owner=0 --group=0 -cf a.tar -C in bin etc/a");
  EXPECT_THAT(
      add("a.tar", "",
          {test::folder("to/usr"), test::symlink("to/bin", "usr"), test::folder("to/etc/a/deep")}),
      ElementsAre("d0755 0:0 to", "d0755 0:0 to/etc", "-0644 0:0 to/etc/a", "d0755 0:0 to/usr",
                  "-0644 0:0 to/usr/tool"));
}

}  // namespace
}  // namespace bale::builder
