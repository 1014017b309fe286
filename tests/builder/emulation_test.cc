// SPDX-License-Identifier: Apache-2.0
#include "builder/emulation.h"

#include <filesystem>
#include <ostream>

#include <gtest/gtest.h>

#include "builder/child_process.h"
#include "builder/probe_program.h"
#include "oci/new_file.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

using namespace std::chrono_literals;
using oci::Platform;

TEST(Emulation, IsNotNeededForThisMachine) {
  EXPECT_FALSE(Emulation("/nowhere").obstacle(Platform::host()));
}

TEST(Emulation, KnowsNothingThatExecutesAnotherSystem) {
  EXPECT_TRUE(Emulation().obstacle(Platform::parse("windows/amd64")));
}

/// A platform that no machine of ours executes by itself.
Platform foreign() { return Platform::parse("linux/s390x"); }

// The explanation is looked at, not the verdict: an emulator of the kernel's may really be there.
TEST(Emulation, SaysWhatToInstall) {
  const auto obstacle = Emulation("/nowhere").obstacle(foreign());
  if (!obstacle) GTEST_SKIP() << "this machine executes " << foreign().to_string();
  EXPECT_EQ(obstacle->reason, "binfmt_misc is not mounted");
  EXPECT_NE(obstacle->hint.find("install qemu-user-static binfmt-support"), std::string::npos);
}

TEST(Emulation, TellsADisabledEmulatorFromNone) {
  const test::ScratchFolder folder;
  oci::write_file_atomically(folder / "status", "enabled\n");
  const auto none = Emulation(folder.path()).obstacle(foreign());
  if (!none) GTEST_SKIP() << "this machine executes " << foreign().to_string();
  EXPECT_EQ(none->reason, "no emulator is registered");
  oci::write_file_atomically(folder / "qemu-s390x",
                             "disabled\ninterpreter /q\nflags: F\noffset 0\nmagic 7f454c46\n");
  const auto disabled = Emulation(folder.path()).obstacle(foreign());
  ASSERT_TRUE(disabled);
  EXPECT_EQ(disabled->reason, "its emulator /q is disabled");
  oci::write_file_atomically(folder / "qemu-s390x",
                             "enabled\ninterpreter /q\nflags: P\noffset 0\nmagic 7f454c46\n");
  EXPECT_NE(Emulation(folder.path()).obstacle(foreign())->reason.find("flag F"), std::string::npos);
}

struct Emulator {
  const char* platform;
  const char* program;
};

void PrintTo(const Emulator& emulator, std::ostream* out) { *out << emulator.platform; }

class ProbeProgram : public testing::TestWithParam<Emulator> {};

TEST_P(ProbeProgram, ExitsAsItShould) {
  const std::string emulator = GetParam().program;
  if (!emulator.empty() && !std::filesystem::exists(emulator)) {
    GTEST_SKIP() << "there is no " << emulator;
  }
  const test::ScratchFolder folder;
  const std::string probe = folder / "probe";
  oci::write_file_atomically(probe, probe_program(Platform::parse(GetParam().platform)).value(),
                             0755);
  const std::vector<std::string> argv =
      emulator.empty() ? std::vector{probe} : std::vector{emulator, probe};
  EXPECT_EQ(run_command({argv}, 60s).exit_code, kProbeExit);
}

INSTANTIATE_TEST_SUITE_P(
    AllMachines, ProbeProgram,
    testing::Values(Emulator{"linux/amd64", "/usr/bin/qemu-x86_64-static"},
                    Emulator{"linux/arm64", "/usr/bin/qemu-aarch64-static"},
                    Emulator{"linux/arm", "/usr/bin/qemu-arm-static"},
                    Emulator{"linux/386", "/usr/bin/qemu-i386-static"},
                    Emulator{"linux/ppc64le", "/usr/bin/qemu-ppc64le-static"},
                    Emulator{"linux/s390x", "/usr/bin/qemu-s390x-static"},
                    Emulator{"linux/riscv64", "/usr/bin/qemu-riscv64-static"},
                    Emulator{"linux/loong64", "/usr/bin/qemu-loongarch64-static"},
                    Emulator{"linux/mips64le", "/usr/bin/qemu-mips64el-static"}));

}  // namespace
}  // namespace bale::builder
