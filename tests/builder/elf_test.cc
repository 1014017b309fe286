// SPDX-License-Identifier: Apache-2.0
#include "builder/elf.h"

#include <gtest/gtest.h>

#include "builder/probe_program.h"
#include "oci/bytes.h"
#include "oci/fd.h"

namespace bale::builder {
namespace {

using oci::Platform;

TEST(Elf, KnowsThisVeryProgram) {
  oci::FileSource self(oci::open_file("/proc/self/exe", 0));
  std::string start(kElfStart, '\0');
  self.read(std::as_writable_bytes(std::span(start)));
  const auto machine = elf_machine_of(start);
  ASSERT_TRUE(machine);
  EXPECT_EQ(architecture_of(*machine), Platform::host().architecture);
}

TEST(Elf, KnowsItsOwnProbesByTheirHeaders) {
  for (const char* name : {"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/s390x",
                           "linux/ppc64le", "linux/riscv64", "linux/mips64"}) {
    const auto platform = Platform::parse(name);
    const auto header = probe_header(platform);
    ASSERT_TRUE(header) << name;
    const auto machine = elf_machine_of(*header);
    ASSERT_TRUE(machine) << name;
    EXPECT_EQ(machine, elf_machine_of(platform)) << name;
    EXPECT_EQ(architecture_of(*machine), platform.architecture);
  }
}

TEST(Elf, IsNoScriptAndNoStump) {
  EXPECT_FALSE(elf_machine_of("#!/bin/sh\necho hello, world\n"));
  EXPECT_FALSE(
      elf_machine_of("\x7f"
                     "ELF"));
  EXPECT_FALSE(elf_machine_of(""));
}

TEST(Elf, HasNothingForOtherSystems) {
  EXPECT_FALSE(elf_machine_of(Platform::parse("windows/amd64")));
  EXPECT_FALSE(probe_program(Platform::parse("windows/amd64")));
}

}  // namespace
}  // namespace bale::builder
