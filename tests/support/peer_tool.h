// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bale::test {

/// What another program said, standard error included.
struct PeerRun {
  int status = 0;
  std::string output;
};

/// Runs a command line of the shell.
PeerRun run_peer(const std::string& command);

/// Whether the program is installed. In CI (`$CI` set) every one must be: then this throws instead
/// of returning false.
bool have_peer(const std::string& program);

}  // namespace bale::test

/// Skips the test where a program that referees it is missing.
#define BALE_NEEDS_PEER(program) \
  if (!bale::test::have_peer(program)) GTEST_SKIP() << (program) << " is not installed"
