// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builder/layers_tree.h"
#include "builder/tree_path.h"
#include "oci/error.h"
#include "tests/builder/planned_entries.h"
#include "tests/support/tree_files.h"

namespace bale::builder {
namespace {

using test::file;
using test::folder;
using test::hard_link;
using test::symlink;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Entries = std::vector<oci::TocEntry>;
using Lines = std::vector<std::string>;

/// COPY as tests write it; the destination's last slash says what it says in a Dockerfile.
CopyStep copy(std::vector<std::string> sources, const std::string& destination) {
  CopyStep step;
  step.sources = std::move(sources);
  step.destination.is_directory = destination.ends_with('/');
  step.destination.path = "/" + clean_path(destination);
  return step;
}

class CopyPlanTest : public testing::Test {
 protected:
  std::shared_ptr<const FileTree> tree(Entries entries) {
    return std::make_shared<LayersTree>(
        std::vector<TreeLayer>{{{"", oci::Digest::of({})}, test::table(std::move(entries))}},
        blobs_);
  }

  CopyPlan plan(const CopyStep& step, Entries source, Entries destination = {}) {
    const auto selection = std::make_shared<const CopySelection>(
        select_files(step, tree(std::move(source)), kInlineTime));
    return plan_copy(step, selection, *tree(std::move(destination)));
  }

  Lines lines(const CopyStep& step, Entries source, Entries destination = {}) {
    return lines_of(plan(step, std::move(source), std::move(destination)));
  }

  static Lines lines_of(const CopyPlan& plan) {
    Lines all;
    for (const oci::TarEntry& each : test::entries_of(plan)) all.push_back(test::describe(each));
    return all;
  }

  std::string error(const CopyStep& step, Entries source, Entries destination = {}) {
    try {
      plan(step, std::move(source), std::move(destination));
    } catch (const oci::Error& caught) {
      return std::string(caught.what()) + " [" + caught.hint() + "]";
    }
    return "";
  }

  static constexpr oci::FileTime kInlineTime = {1'000, 0};
  oci::MemoryStore blobs_;
};

TEST_F(CopyPlanTest, AFileTakesTheNameOfTheDestination) {
  EXPECT_THAT(lines(copy({"a"}, "/b"), {file("a")}), ElementsAre("-0644 0:0 b"));
}

TEST_F(CopyPlanTest, AFileGoesIntoADestinationThatEndsWithASlash) {
  EXPECT_THAT(lines(copy({"s/a"}, "/d/e/"), {file("s/a")}),
              ElementsAre("d0755 0:0 d", "d0755 0:0 d/e", "-0644 0:0 d/e/a"));
}

TEST_F(CopyPlanTest, AFileGoesIntoAFolderThatExists) {
  EXPECT_THAT(lines(copy({"a"}, "/d"), {file("a")}, {folder("d", 0700, 5, 6)}),
              ElementsAre("d0700 5:6 d", "-0644 0:0 d/a"));
}

TEST_F(CopyPlanTest, AFileReplacesAFile) {
  EXPECT_THAT(lines(copy({"a"}, "/b"), {file("a", "new", 0755)}, {file("b", "old")}),
              ElementsAre("-0755 0:0 b"));
}

TEST_F(CopyPlanTest, AFolderStandsForItsContent) {
  const Entries source = {folder("d", 0700, 7, 7), file("d/x", "x", 0640, 7, 8),
                          folder("d/e", 0750), file("d/e/y"), file("other")};
  const Lines expected = {"d0755 0:0 to", "d0750 0:0 to/e", "-0644 0:0 to/e/y", "-0640 7:8 to/x"};
  for (const char* written : {"d", "d/", "d/.", "/d", "./d", "../d", "d/../d"})
    EXPECT_EQ(lines(copy({written}, "/to"), source), expected) << written;
  EXPECT_EQ(lines(copy({"d"}, "/to/"), source), expected);
}

TEST_F(CopyPlanTest, TheRootIsAFolderToo) {
  EXPECT_THAT(lines(copy({"."}, "/to/"), {file("a"), folder("b"), file("b/c")}),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/a", "d0755 0:0 to/b", "-0644 0:0 to/b/c"));
  EXPECT_THAT(lines(copy({"/"}, "/"), {file("a")}), ElementsAre("-0644 0:0 a"));
}

TEST_F(CopyPlanTest, AnEmptyFolderMakesTheDestination) {
  EXPECT_THAT(lines(copy({"d"}, "/to"), {folder("d", 0700)}), ElementsAre("d0755 0:0 to"));
  EXPECT_THAT(lines(copy({"d"}, "/to"), {folder("d", 0700)}, {folder("to")}), IsEmpty());
}

TEST_F(CopyPlanTest, FoldersMergeAndTakeTheSourcesMetadataBelowTheDestination) {
  EXPECT_THAT(lines(copy({"."}, "/"), {folder("etc", 0700), file("etc/new")},
                    {folder("etc", 0755, 1, 1), file("etc/old")}),
              ElementsAre("d0700 0:0 etc", "-0644 0:0 etc/new"));
}

TEST_F(CopyPlanTest, AFolderCannotReplaceAFileNorAFileAFolder) {
  EXPECT_THAT(error(copy({"d"}, "/f"), {folder("d"), file("d/x")}, {file("f")}),
              HasSubstr("/f of the image is not a folder"));
  EXPECT_THAT(error(copy({"."}, "/"), {folder("f"), file("f/x")}, {file("f")}),
              HasSubstr("cannot replace /f"));
  EXPECT_THAT(error(copy({"."}, "/"), {folder("bin"), file("bin/x")},
                    {folder("usr"), symlink("bin", "usr")}),
              HasSubstr("cannot replace /bin"));
  EXPECT_THAT(error(copy({"a"}, "/d/"), {file("a")}, {folder("d"), folder("d/a")}),
              HasSubstr("cannot replace the folder /d/a"));
  EXPECT_THAT(error(copy({"a"}, "/f/a"), {file("a")}, {file("f")}),
              HasSubstr("/f of the image is not a folder"));
}

TEST_F(CopyPlanTest, SeveralSourcesNeedAFolder) {
  EXPECT_THAT(error(copy({"a", "b"}, "/to"), {file("a"), file("b")}), HasSubstr("/to/"));
  EXPECT_THAT(error(copy({"*"}, "/to"), {file("a"), file("b")}), HasSubstr("/to/"));
  const Lines expected = {"d0755 0:0 to", "-0644 0:0 to/a", "-0644 0:0 to/b"};
  EXPECT_EQ(lines(copy({"a", "b"}, "/to/"), {file("a"), file("b")}), expected);
  EXPECT_EQ(lines(copy({"a", "b"}, "/to"), {file("a"), file("b")}, {folder("to")}), expected);
  EXPECT_EQ(lines(copy({"*"}, "/to"), {file("a")}), Lines{"-0644 0:0 to"});
}

TEST_F(CopyPlanTest, OfSeveralSourcesTheLastWins) {
  EXPECT_THAT(lines(copy({"d1", "d2"}, "/to/"),
                    {folder("d1"), file("d1/x", "1", 0600), folder("d2"), file("d2/x", "2", 0700)}),
              ElementsAre("d0755 0:0 to", "-0700 0:0 to/x"));
}

TEST_F(CopyPlanTest, SeveralFoldersBecomeOne) {
  const Entries source = {folder("d1"), folder("d1/s"),       file("d1/s/a"),        file("d1/s.x"),
                          folder("d2"), folder("d2/s", 0700), file("d2/s/b"),        file("d2/t"),
                          file("f"),    folder("d3"),         file("d3/f", "", 0600)};
  EXPECT_THAT(lines(copy({"d1", "f", "d2", "d3"}, "/to/"), source),
              ElementsAre("d0755 0:0 to", "-0600 0:0 to/f", "d0700 0:0 to/s", "-0644 0:0 to/s/a",
                          "-0644 0:0 to/s/b", "-0644 0:0 to/s.x", "-0644 0:0 to/t"));
  EXPECT_THAT(lines(copy({"d3", "f"}, "/to/"), source),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/f"));
}

TEST_F(CopyPlanTest, SourcesCannotReplaceEachOthersFoldersByFiles) {
  const Entries source = {folder("d1"), file("d1/x"), folder("d2"), folder("d2/x"), folder("d3"),
                          file("d3/x"), file("x"),    folder("d4"), file("d4/y")};
  EXPECT_THAT(error(copy({"d1", "d2"}, "/to/"), source),
              HasSubstr("copying d2: a folder cannot replace /to/x"));
  EXPECT_THAT(error(copy({"d2", "d3"}, "/to/"), source),
              HasSubstr("copying d3: a file cannot replace the folder /to/x"));
  EXPECT_THAT(error(copy({"x", "d2"}, "/to/"), source),
              HasSubstr("copying d2: a folder cannot replace /to/x"));
  EXPECT_THAT(error(copy({"d2", "x"}, "/to/"), source),
              HasSubstr("copying x: a file cannot replace the folder /to/x"));
  EXPECT_THAT(error(copy({"d4", "d1"}, "/to/"), source, {folder("to"), folder("to/y")}),
              HasSubstr("a file cannot replace the folder /to/y"));
}

TEST_F(CopyPlanTest, WildcardsMatchWithinAComponent) {
  const Entries source = {file("a.txt"),   file(".b.txt"),    file("c.md"),        folder("d"),
                          file("d/e.txt"), folder("sub.txt"), file("sub.txt/deep")};
  EXPECT_THAT(lines(copy({"*.txt"}, "/to/"), source),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/.b.txt", "-0644 0:0 to/a.txt",
                          "-0644 0:0 to/deep"));
  EXPECT_THAT(lines(copy({"*/e.txt"}, "/to/"), source),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/e.txt"));
  EXPECT_THAT(lines(copy({"[a-c].??"}, "/to/"), source),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/c.md"));
}

TEST_F(CopyPlanTest, AWildcardThatMatchesNothingIsNoError) {
  EXPECT_THAT(lines(copy({"*.none"}, "/to/"), {file("a")}), IsEmpty());
  EXPECT_THAT(lines(copy({"a", "n*ne"}, "/to"), {file("a")}), SizeIs(1));
  EXPECT_THAT(select_files(copy({"*.none"}, "/to/"), tree({}), {}).unmatched,
              ElementsAre("*.none"));
}

TEST_F(CopyPlanTest, AMissingSourceIsAnErrorThatNamesTheNearestFile) {
  EXPECT_THAT(error(copy({"Cargo.tmol"}, "/"), {file("Cargo.toml")}),
              HasSubstr("copying Cargo.tmol: no such file or folder [did you mean Cargo.toml?]"));
}

TEST_F(CopyPlanTest, LinksThatAreSourcesAreFollowed) {
  const Entries source = {file("real", "x", 0755),
                          symlink("link", "real"),
                          folder("d"),
                          file("d/x"),
                          symlink("dlink", "/d"),
                          symlink("out", "../../d/x"),
                          symlink("dangling", "none"),
                          symlink("d/in", "x")};
  EXPECT_THAT(lines(copy({"link"}, "/to/"), source),
              ElementsAre("d0755 0:0 to", "-0755 0:0 to/link"));
  EXPECT_THAT(lines(copy({"dlink"}, "/to/"), source),
              ElementsAre("d0755 0:0 to", "l0777 0:0 to/in -> x", "-0644 0:0 to/x"));
  EXPECT_THAT(lines(copy({"dlink/x"}, "/to"), source), ElementsAre("-0644 0:0 to"));
  EXPECT_THAT(lines(copy({"o*"}, "/to/"), source), ElementsAre("d0755 0:0 to", "-0644 0:0 to/out"));
  EXPECT_THAT(error(copy({"dang*"}, "/to/"), source), HasSubstr("copying dangling: no such file"));
}

TEST_F(CopyPlanTest, LinksInTheDestinationAreFollowedInsideIt) {
  const Entries destination = {folder("usr"),
                               folder("usr/bin"),
                               symlink("bin", "usr/bin"),
                               symlink("etc", "/usr"),
                               file("usr/f"),
                               symlink("flink", "usr/f"),
                               symlink("dangling", "/new/place")};
  EXPECT_THAT(lines(copy({"a"}, "/bin/"), {file("a")}, destination),
              ElementsAre("d0755 0:0 usr", "d0755 0:0 usr/bin", "-0644 0:0 usr/bin/a"));
  EXPECT_THAT(lines(copy({"a"}, "/etc/x/"), {file("a")}, destination),
              ElementsAre("d0755 0:0 usr", "d0755 0:0 usr/x", "-0644 0:0 usr/x/a"));
  EXPECT_THAT(lines(copy({"a"}, "/flink"), {file("a")}, destination),
              ElementsAre("d0755 0:0 usr", "-0644 0:0 usr/f"));
  EXPECT_THAT(lines(copy({"a"}, "/dangling/"), {file("a")}, destination),
              ElementsAre("d0755 0:0 new", "d0755 0:0 new/place", "-0644 0:0 new/place/a"));
}

TEST_F(CopyPlanTest, ALinkInsideTheDestinationFolderIsReplaced) {
  EXPECT_THAT(lines(copy({"a"}, "/d/"), {file("a")},
                    {folder("d"), symlink("d/a", "/other"), file("other")}),
              ElementsAre("d0755 0:0 d", "-0644 0:0 d/a"));
}

TEST_F(CopyPlanTest, LinksThatTheSameStepCopiedAreFollowedToo) {
  EXPECT_THAT(lines(copy({"d", "x"}, "/to/"),
                    {folder("d"), folder("d/real"), symlink("d/x", "real"), file("x")}),
              ElementsAre("d0755 0:0 to", "d0755 0:0 to/real", "-0644 0:0 to/x"));
}

TEST_F(CopyPlanTest, ExistingFoldersOnTheWayComeAsTheyAre) {
  EXPECT_THAT(lines(copy({"a"}, "/tmp/x/"), {file("a")}, {folder("tmp", 01777, 1, 2)}),
              ElementsAre("d1777 1:2 tmp", "d0755 0:0 tmp/x", "-0644 0:0 tmp/x/a"));
}

TEST_F(CopyPlanTest, ChownGoesToFilesAndNewFoldersOnly) {
  CopyStep step = copy({"d"}, "/old/new/");
  step.chown = "42:43";
  EXPECT_THAT(lines(step, {folder("d"), file("d/x", "x", 0644, 7, 7)}, {folder("old", 0755, 9, 9)}),
              ElementsAre("d0755 9:9 old", "d0755 42:43 old/new", "-0644 42:43 old/new/x"));
}

TEST_F(CopyPlanTest, AnUnknownUserIsAnError) {
  CopyStep step = copy({"a"}, "/");
  step.chown = "nobody-knows";
  EXPECT_THAT(error(step, {file("a")}), HasSubstr("\"nobody-knows\""));
}

TEST_F(CopyPlanTest, ChmodGoesToFilesAndFoldersButNotToLinks) {
  CopyStep step = copy({"d"}, "/to");
  step.chmod = "u=rwX,go=";
  EXPECT_THAT(lines(step, {folder("d"), folder("d/e", 0777), file("d/f", "x", 0666),
                           file("d/run", "x", 0755), symlink("d/l", "f")}),
              ElementsAre("d0755 0:0 to", "d0700 0:0 to/e", "-0600 0:0 to/f", "l0777 0:0 to/l -> f",
                          "-0700 0:0 to/run"));
  step.chmod = "4711";
  EXPECT_THAT(lines(step, {folder("d"), file("d/f")}),
              ElementsAre("d0755 0:0 to", "-4711 0:0 to/f"));
}

TEST_F(CopyPlanTest, SetuidAndOwnersOfAStageAreKept) {
  EXPECT_THAT(lines(copy({"su"}, "/su"), {file("su", "x", 04755, 3, 4)}),
              ElementsAre("-4755 3:4 su"));
}

TEST_F(CopyPlanTest, NamesOfOneFileStayNamesOfOneFile) {
  EXPECT_THAT(lines(copy({"d"}, "/to"),
                    {folder("d"), file("d/b"), hard_link("d/a", "d/b"), hard_link("d/c", "d/b")}),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/a", "h0644 0:0 to/b -> to/a",
                          "h0644 0:0 to/c -> to/a"));
  EXPECT_THAT(lines(copy({"d/b"}, "/to"), {folder("d"), file("d/b"), hard_link("d/a", "d/b")}),
              ElementsAre("-0644 0:0 to"));
}

TEST_F(CopyPlanTest, ExcludesAreRelativeToEachSource) {
  const Entries source = {file("b.txt"),   folder("d1"),        file("d1/a.txt"), file("d1/a.md"),
                          folder("d1/in"), file("d1/in/a.txt"), folder("d2"),     file("d2/#x#")};
  CopyStep step = copy({"d*", "b.txt"}, "/to/");
  step.excludes = {"*.txt", "#*#"};
  EXPECT_THAT(lines(step, source),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/a.md", "-0644 0:0 to/b.txt",
                          "d0755 0:0 to/in", "-0644 0:0 to/in/a.txt"));
  step.excludes = {"**/*.txt"};
  EXPECT_THAT(lines(step, source),
              ElementsAre("d0755 0:0 to", "-0644 0:0 to/#x#", "-0644 0:0 to/a.md",
                          "-0644 0:0 to/b.txt", "d0755 0:0 to/in"));
}

TEST_F(CopyPlanTest, AnExcludedFolderComesWithWhatIsLetInAgain) {
  CopyStep step = copy({"."}, "/to/");
  step.excludes = {"d", "e", "!d/keep"};
  EXPECT_THAT(
      lines(step, {folder("d", 0700), file("d/keep"), file("d/drop"), folder("e"), file("e/x"),
                   folder("f")}),
      ElementsAre("d0755 0:0 to", "d0700 0:0 to/d", "-0644 0:0 to/d/keep", "d0755 0:0 to/f"));
}

TEST_F(CopyPlanTest, ParentsKeepTheFoldersAboveASource) {
  const Entries source = {folder("a", 0700),  folder("a/b", 0750), file("a/b/c.txt"),
                          file("a/b/d.md"),   folder("e"),         file("e/c.txt"),
                          symlink("a/l", "b")};
  CopyStep step = copy({"a/b/c.txt"}, "/to/");
  step.parents = true;
  EXPECT_THAT(lines(step, source), ElementsAre("d0755 0:0 to", "d0700 0:0 to/a", "d0750 0:0 to/a/b",
                                               "-0644 0:0 to/a/b/c.txt"));
  step.sources = {"./a/./b/c.txt"};
  EXPECT_THAT(lines(step, source),
              ElementsAre("d0755 0:0 to", "d0750 0:0 to/b", "-0644 0:0 to/b/c.txt"));
  step.sources = {"a/b"};
  EXPECT_THAT(lines(step, source), testing::SizeIs(5)) << "a folder comes with its content";
  step.sources = {"**/c.txt"};
  EXPECT_THAT(lines(step, source),
              ElementsAre("d0755 0:0 to", "d0700 0:0 to/a", "d0750 0:0 to/a/b",
                          "-0644 0:0 to/a/b/c.txt", "d0755 0:0 to/e", "-0644 0:0 to/e/c.txt"));
  step.sources = {"*/none*"};
  EXPECT_THAT(lines(step, source), IsEmpty());
  step.sources = {"a/none"};
  EXPECT_THAT(error(step, source), HasSubstr("copying a/none: no such file"));
  step.sources = {"a/./"};
  EXPECT_THAT(lines(step, source), testing::Contains("l0777 0:0 to/l -> b"));
}

TEST_F(CopyPlanTest, LinkIgnoresWhatIsBelow) {
  CopyStep step = copy({"a"}, "/bin/");
  step.link = true;
  const Entries destination = {folder("usr"), symlink("bin", "usr")};
  EXPECT_THAT(lines(step, {file("a")}, destination),
              ElementsAre("d0755 0:0 bin", "-0644 0:0 bin/a"));
  step.chmod = "0600";
  EXPECT_THAT(lines(step, {file("a")}, destination),
              ElementsAre("d0755 0:0 usr", "-0600 0:0 usr/a"));
}

TEST_F(CopyPlanTest, HereDocumentsComeAfterTheSources) {
  CopyStep step = copy({"a"}, "/to/");
  step.files = {{"a", "inline"}, {"b", ""}};
  const CopyPlan all = plan(step, {file("a", "x", 0600)});
  const auto made = test::entries_of(all);
  EXPECT_THAT(lines_of(all), ElementsAre("d0755 0:0 to", "-0644 0:0 to/a", "-0644 0:0 to/b"));
  EXPECT_EQ(made.at(1).size, 6u);
  EXPECT_EQ(made.at(1).mtime, kInlineTime);
}

TEST_F(CopyPlanTest, TimesAreThoseOfTheSource) {
  oci::TocEntry source = folder("d");
  source.entry.mtime = {77, 1};
  oci::TocEntry content = file("d/x");
  content.entry.mtime = {88, 2};
  oci::TocEntry existing = folder("usr");
  existing.entry.mtime = {1, 1};
  const auto made = test::entries_of(plan(copy({"d"}, "/usr/to"), {source, content}, {existing}));
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0].mtime, (oci::FileTime{77, 1}));
  EXPECT_EQ(made[1].mtime, (oci::FileTime{77, 1}));
  EXPECT_EQ(made[2].mtime, (oci::FileTime{88, 2}));
}

}  // namespace
}  // namespace bale::builder
