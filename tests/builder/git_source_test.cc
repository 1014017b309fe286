// SPDX-License-Identifier: Apache-2.0
#include "builder/git_source.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::builder {
namespace {

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

TEST(GitSource, IsARepositoryAlone) {
  EXPECT_EQ(parse_git_source("git@github.com:o/r.git"),
            (GitSource{.repository = "git@github.com:o/r.git"}));
}

TEST(GitSource, HasRefAndFolderInTheFragment) {
  EXPECT_EQ(parse_git_source("https://h/r.git#v1.2:sub/dir"),
            (GitSource{.repository = "https://h/r.git", .ref = "v1.2", .folder = "sub/dir"}));
  EXPECT_EQ(parse_git_source("https://h/r.git#:sub"),
            (GitSource{.repository = "https://h/r.git", .folder = "sub"}));
  EXPECT_EQ(parse_git_source("https://h/r.git#"), (GitSource{.repository = "https://h/r.git"}));
}

TEST(GitSource, HasOptionsInTheQuery) {
  const auto source = parse_git_source(std::string("https://h/r.git?tag=v1&subdir=a&checksum=") +
                                       kCommit + "&keep-git-dir=true&submodules=0");
  EXPECT_EQ(source, (GitSource{.repository = "https://h/r.git",
                               .ref = "refs/tags/v1",
                               .folder = "a",
                               .commit = kCommit,
                               .keep_git_dir = true,
                               .submodules = false}));
  EXPECT_EQ(parse_git_source("https://h/r.git?branch=x").ref, "refs/heads/x");
  EXPECT_EQ(parse_git_source("https://h/r.git?ref=x&keep-git-dir").keep_git_dir, true);
}

TEST(GitSource, RefusesWhatCannotBeMeant) {
  for (const char* text :
       {"https://h/r.git?brnch=x", "https://h/r.git?ref=a#b", "https://h/r.git#--upload-pack=x",
        "https://h/r.git?checksum=abc", "https://h/r.git?submodules=perhaps"}) {
    EXPECT_THROW(parse_git_source(text), oci::Error) << text;
  }
}

}  // namespace
}  // namespace bale::builder
