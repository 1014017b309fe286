// SPDX-License-Identifier: Apache-2.0
#include "builder/binfmt.h"

#include <gtest/gtest.h>

#include "builder/probe_program.h"
#include "oci/new_file.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

constexpr const char* kArm64 =
    "enabled\n"
    "interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\n"
    "flags: PF\n"
    "offset 0\n"
    "magic 7f454c460201010000000000000000000200b700\n"
    "mask ffffffffffffff00fffffffffffffffffeffffff\n";

TEST(Binfmt, ReadsWhatTheKernelShows) {
  const auto entry = parse_binfmt_entry(kArm64);
  ASSERT_TRUE(entry);
  EXPECT_TRUE(entry->enabled);
  EXPECT_EQ(entry->interpreter, "/usr/libexec/qemu-binfmt/aarch64-binfmt-P");
  EXPECT_TRUE(entry->works_in_any_root());
  EXPECT_EQ(entry->magic.size(), 20U);
}

TEST(Binfmt, MatchesTheProgramsOfItsMachineOnly) {
  const auto entry = parse_binfmt_entry(kArm64).value();
  EXPECT_TRUE(entry.matches(probe_program(oci::Platform::parse("linux/arm64")).value()));
  EXPECT_FALSE(entry.matches(probe_program(oci::Platform::parse("linux/amd64")).value()));
  EXPECT_FALSE(entry.matches(probe_program(oci::Platform::parse("linux/riscv64")).value()));
  EXPECT_FALSE(
      entry.matches("\x7f"
                    "ELF"));
}

TEST(Binfmt, MatchesAtAnOffsetWithoutAMask) {
  const auto entry =
      parse_binfmt_entry("disabled\ninterpreter /x\nflags: \noffset 2\nmagic 6162\n");
  ASSERT_TRUE(entry);
  EXPECT_FALSE(entry->enabled);
  EXPECT_FALSE(entry->works_in_any_root());
  EXPECT_TRUE(entry->matches("12ab"));
  EXPECT_FALSE(entry->matches("ab"));
}

TEST(Binfmt, LeavesOutWhatIsNotAnEntryByMagic) {
  EXPECT_FALSE(parse_binfmt_entry("enabled\ninterpreter /usr/bin/jexec\nextension .jar\n"));
  EXPECT_FALSE(parse_binfmt_entry("enabled\ninterpreter /x\nmagic 7z\n"));
  EXPECT_FALSE(parse_binfmt_entry("enabled\ninterpreter /x\nmagic 7f45\nmask ff\n"));
  EXPECT_FALSE(parse_binfmt_entry(""));
}

TEST(Binfmt, ReadsAFolder) {
  const test::ScratchFolder folder;
  oci::write_file_atomically(folder / "register", "");
  oci::write_file_atomically(folder / "status", "enabled\n");
  oci::write_file_atomically(folder / "qemu-aarch64", kArm64);
  EXPECT_EQ(read_binfmt_entries(folder.path()).size(), 1U);
  EXPECT_TRUE(read_binfmt_entries(folder / "nowhere").empty());
}

}  // namespace
}  // namespace bale::builder
