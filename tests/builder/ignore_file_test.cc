// SPDX-License-Identifier: Apache-2.0
#include "builder/ignore_file.h"

#include <fstream>

#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

struct Case {
  const char* patterns;
  const char* path;
  bool excluded;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << testing::PrintToString(one.patterns) << " on " << testing::PrintToString(one.path);
}

class IgnorePatterns : public testing::TestWithParam<Case> {};

TEST_P(IgnorePatterns, DecideAsInBuildKit) {
  const Case& one = GetParam();
  EXPECT_EQ(IgnoreMatcher::parse(one.patterns, "x").excluded(one.path), one.excluded)
      << one.patterns << " on " << one.path;
}

INSTANTIATE_TEST_SUITE_P(
    All, IgnorePatterns,
    testing::Values(
        Case{"", "a", false}, Case{"a", "a", true}, Case{"a", "b/a", false},
        Case{"a", "a/b/c", true}, Case{"/a", "a", true}, Case{"a/", "a", true},
        Case{"./a//b/../c", "a/c", true}, Case{"../a", "a", false}, Case{"  a  ", "a", true},
        Case{"# a\na", "a", true}, Case{" # a", "# a", true}, Case{"#a", "#a", false},
        Case{"\xEF\xBB\xBF"
             "a",
             "a", true},
        Case{"a\r\nb\r\n", "b", true}, Case{"*", "a", true}, Case{"*", "a/b", true},
        Case{"*", ".a", true}, Case{"*.md", "x.md", true}, Case{"*.md", "docs/x.md", false},
        Case{"*/*.md", "docs/x.md", true}, Case{"*/*.md", "a/b/x.md", false},
        Case{"a?c", "abc", true}, Case{"a?c", "a/c", false},
        Case{"a?c",
             "a\xC3\xA9"
             "c",
             true},
        Case{"[a-c]x", "bx", true}, Case{"[^a-c]x", "bx", false}, Case{"[^a-c]x", "dx", true},
        Case{"\\*a", "*a", true}, Case{"\\*a", "ba", false}, Case{"a.c", "abc", false},
        Case{"**", "a/b", true}, Case{"**/x", "x", true}, Case{"**/x", "a/b/x", true},
        Case{"**/x", "a/bx", false}, Case{"**/x", "x/y", true}, Case{"a/**", "a/b/c", true},
        Case{"a/**", "a", false}, Case{"a/**/b", "a/b", true}, Case{"a/**/b", "a/x/y/b", true},
        Case{"a/**/b", "a/xb", false}, Case{"**/*.o", "a/b/c.o", true}, Case{"**/*.o", "c.o", true},
        Case{"**.md", "docs/x.md", true}, Case{"**.m*", "docs/x.md", false},
        Case{"foo**", "foobar/x", true}, Case{"a**b", "ab", true}, Case{"a**b", "axb", false},
        Case{"a**b", "ax/b", true}, Case{"*\n!a", "a", false}, Case{"*\n!a", "a/b", false},
        Case{"*\n!a/b", "a/b", false}, Case{"*\n!a/b", "a/c", true}, Case{"!a\n*", "a", true},
        Case{"a\n!a/b\na/b/c", "a/b/c", true}, Case{"a\n!a/b\na/b/c", "a/b/d", false},
        Case{"**\n!**/*.rs", "src/main.rs", false}, Case{"**\n!**/*.rs", "src/main.c", true},
        Case{"! a\na\n! a", "a", false}));

TEST(IgnoreMatcher, NamesTheLineOfAMalformedPattern) {
  for (const char* bad : {"a\n[", "a\n!", "a\nb[]"}) {
    try {
      IgnoreMatcher::parse(bad, ".dockerignore");
      ADD_FAILURE() << "accepted " << bad;
    } catch (const oci::Error& error) {
      EXPECT_EQ(error.code(), oci::ErrorCode::kInvalid);
      EXPECT_EQ(std::string(error.what()).find(".dockerignore:2: "), 0U) << error.what();
    }
  }
}

TEST(IgnoreMatcher, LooksBelowAnExcludedFolderOnlyWhereSomethingMayComeBack) {
  const auto matcher = IgnoreMatcher::parse("*\n!src/**/*.rs\n!docs/a/b", "x");
  EXPECT_TRUE(matcher.may_reinclude_below("src"));
  EXPECT_TRUE(matcher.may_reinclude_below("src/deep/er"));
  EXPECT_TRUE(matcher.may_reinclude_below("docs"));
  EXPECT_TRUE(matcher.may_reinclude_below("docs/a"));
  EXPECT_FALSE(matcher.may_reinclude_below("docs/b"));
  EXPECT_FALSE(matcher.may_reinclude_below("target"));
  EXPECT_FALSE(IgnoreMatcher::parse("target", "x").may_reinclude_below("target"));
}

TEST(IgnoreFile, IsTheMostSpecificOneThatExists) {
  const test::ScratchFolder folder;
  const auto context = folder.path();
  const IgnoreFilePlaces places{context, context / "app.Dockerfile", ""};
  EXPECT_EQ(find_ignore_file(places), std::nullopt);
  for (const char* name : {".dockerignore", ".containerignore", "app.Dockerfile.containerignore",
                           "app.Dockerfile.dockerignore"}) {
    std::ofstream(context / name) << "x\n";
    EXPECT_EQ(find_ignore_file(places), context / name);
  }
  EXPECT_EQ(find_ignore_file({context, "", ""}), context / ".containerignore");
  EXPECT_EQ(find_ignore_file({context, "", "/elsewhere"}), "/elsewhere");
}

TEST(IgnoreFile, ThatWasNamedMustExist) {
  const test::ScratchFolder folder;
  try {
    load_ignore_file({folder.path(), "", folder.path() / "none"});
    FAIL() << "accepted";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace bale::builder
