// SPDX-License-Identifier: Apache-2.0
#include "builder/merged_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/tree_files.h"

namespace bale::builder {
namespace {

using test::file;
using test::folder;
using test::hard_link;
using test::symlink;
using test::table;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names(const MergedLayers& layers, const char* folder) {
  std::vector<std::string> all;
  for (const MergedLayers::Node* node : layers.list(folder)) all.emplace_back(node->path());
  return all;
}

TEST(MergedLayers, WithoutLayersThereIsARoot) {
  const MergedLayers layers({});
  ASSERT_NE(layers.find(""), nullptr);
  EXPECT_TRUE(layers.find("")->is_directory());
  EXPECT_THAT(names(layers, ""), IsEmpty());
}

TEST(MergedLayers, LaterLayersReplaceFilesAndKeepFolders) {
  const MergedLayers layers({table({folder("a"), file("a/x", "old"), file("a/y")}),
                             table({folder("a", 0700), file("a/x", "new!")})});
  EXPECT_THAT(names(layers, "a"), ElementsAre("a/x", "a/y"));
  EXPECT_EQ(layers.find("a/x")->file->entry.size, 4u);
  EXPECT_EQ(layers.find("a")->file->entry.mode, 0700u);
}

TEST(MergedLayers, WhiteoutsHideAFileOrAFolderWithAllBelow) {
  const MergedLayers layers(
      {table({folder("a"), file("a/x"), folder("a/d"), file("a/d/deep"), file("a/d2")}),
       table({file("a/.wh.x", ""), file("a/.wh.d", "")})});
  EXPECT_THAT(names(layers, "a"), ElementsAre("a/d2"));
  EXPECT_EQ(layers.find("a/d/deep"), nullptr);
}

TEST(MergedLayers, WhiteoutsSpareTheirOwnLayer) {
  const MergedLayers layers({table({folder("a"), file("a/x", "old")}),
                             table({folder("a"), file("a/x", "new!"), file("a/.wh.x", "")})});
  EXPECT_EQ(layers.find("a/x")->file->entry.size, 4u);
}

TEST(MergedLayers, OpaqueFoldersHideWhatWasInThem) {
  const MergedLayers layers(
      {table({folder("a", 0700), file("a/x"), folder("a/d"), file("a/d/y"), file("b")}),
       table({folder("a", 0755), file("a/.wh..wh..opq", ""), file("a/new")})});
  EXPECT_THAT(names(layers, "a"), ElementsAre("a/new"));
  EXPECT_THAT(names(layers, ""), ElementsAre("a", "b"));
  EXPECT_EQ(layers.find("a/d/y"), nullptr);
}

TEST(MergedLayers, AFileReplacesAFolderWithAllBelow) {
  const MergedLayers layers(
      {table({folder("a"), file("a/x"), file("a-b")}), table({symlink("a", "b")})});
  EXPECT_EQ(layers.find("a/x"), nullptr);
  EXPECT_EQ(layers.find("a")->file->entry.type, oci::FileType::kSymlink);
  EXPECT_NE(layers.find("a-b"), nullptr);
}

TEST(MergedLayers, FoldersThatALayerImpliesDoNotChangeThoseBelow) {
  const MergedLayers layers(
      {table({folder("tmp", 01777)}), table({file("tmp/x"), file("new/deep/y")})});
  EXPECT_EQ(layers.find("tmp")->file->entry.mode, 01777u);
  EXPECT_EQ(layers.find("new/deep")->file->entry.mode, 0755u);
  EXPECT_THAT(names(layers, ""), ElementsAre("new", "tmp"));
  EXPECT_THAT(names(layers, "new"), ElementsAre("new/deep"));
}

TEST(MergedLayers, HardLinksAreNamesOfOneFile) {
  const MergedLayers layers(
      {table({file("a", "content"), hard_link("b", "a"), hard_link("c", "b")})});
  EXPECT_EQ(layers.find("c")->file, layers.find("a")->file);
  EXPECT_TRUE(layers.find("a")->linked);
  EXPECT_TRUE(layers.find("b")->linked);
}

TEST(MergedLayers, AHardLinkKeepsTheContentThatALaterLayerHides) {
  const MergedLayers layers(
      {table({file("a", "content"), hard_link("b", "a")}), table({file(".wh.a", "")})});
  EXPECT_EQ(layers.find("a"), nullptr);
  ASSERT_NE(layers.find("b"), nullptr);
  EXPECT_EQ(layers.find("b")->file->entry.size, 7u);
}

TEST(MergedLayers, HardLinksReachLowerLayers) {
  const MergedLayers layers({table({file("a", "content")}), table({hard_link("b", "a")})});
  EXPECT_EQ(layers.find("b")->layer, 0u);
  EXPECT_EQ(layers.find("b")->file, layers.find("a")->file);
}

TEST(MergedLayers, RejectsHardLinksToNothing) {
  EXPECT_THROW(MergedLayers({table({hard_link("b", "a")})}), oci::Error);
  EXPECT_THROW(MergedLayers({table({hard_link("b", "b")})}), oci::Error);
}

TEST(MergedLayers, TheLastOfTwoEntriesOfOnePathCounts) {
  const MergedLayers layers({table({file("a", "1"), file("b"), file("a", "22")})});
  EXPECT_EQ(layers.find("a")->file->entry.size, 2u);
  EXPECT_EQ(layers.ordinal(*layers.find("a")), 2u);
  EXPECT_THAT(names(layers, ""), ElementsAre("a", "b"));
}

TEST(MergedLayers, ListsFoldersThatHoldMuch) {
  std::vector<oci::TocEntry> entries;
  for (int i = 0; i < 300; ++i) {
    entries.push_back(folder("d" + std::to_string(i)));
    for (int j = 0; j < 300; ++j)
      entries.push_back(file("d" + std::to_string(i) + "/f" + std::to_string(j), ""));
  }
  const MergedLayers layers({table(std::move(entries))});
  EXPECT_EQ(layers.list("").size(), 300u);
  EXPECT_EQ(layers.list("d7").size(), 300u);
  EXPECT_THAT(names(layers, "d7/f7"), IsEmpty());
}

}  // namespace
}  // namespace bale::builder
