// SPDX-License-Identifier: Apache-2.0
#include "builder/file_mode.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::builder {
namespace {

std::uint32_t change(const char* text, std::uint32_t mode, bool is_directory = false) {
  return ModeChange::parse(text).apply(mode, is_directory);
}

TEST(FileMode, OctalReplacesAllBits) {
  EXPECT_EQ(change("0644", 04755), 0644u);
  EXPECT_EQ(change("4755", 0), 04755u);
  EXPECT_EQ(change("0", 0777), 0u);
}

TEST(FileMode, SymbolicChangesWhatItNames) {
  EXPECT_EQ(change("u+x", 0644), 0744u);
  EXPECT_EQ(change("go-rwx", 0777), 0700u);
  EXPECT_EQ(change("a=r", 0777), 0444u);
  EXPECT_EQ(change("+x", 0600), 0711u);
  EXPECT_EQ(change("u=rw,g=r,o=", 0777), 0640u);
  EXPECT_EQ(change("g=u", 0750), 0770u);
  EXPECT_EQ(change("u+s,g+s,+t", 0755), 07755u);
  EXPECT_EQ(change("u=r+w-r", 0777), 0277u);
}

TEST(FileMode, CapitalXMeansFoldersAndProgramsOnly) {
  EXPECT_EQ(change("u=rwX,go=rX", 0600), 0644u);
  EXPECT_EQ(change("a=rX", 0711), 0444u | 0111u);
  EXPECT_EQ(change("u=rwX,go=rX", 0600, true), 0755u);
  EXPECT_EQ(change("u=rwX,go=rX", 0700), 0755u);
}

TEST(FileMode, RejectsWhatIsNoMode) {
  for (const char* text : {"", "8", "10000", "u", "u=q", "z+x", "u+x,", "0x1"})
    EXPECT_THROW(ModeChange::parse(text), oci::Error) << text;
}

}  // namespace
}  // namespace bale::builder
