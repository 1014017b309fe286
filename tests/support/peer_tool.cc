// SPDX-License-Identifier: Apache-2.0
#include "tests/support/peer_tool.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <sys/wait.h>

namespace bale::test {

PeerRun run_peer(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen failed");
  PeerRun run;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    run.output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

bool have_peer(const std::string& program) {
  if (run_peer("command -v " + program).status == 0) return true;
  if (std::getenv("CI") != nullptr) throw std::runtime_error(program + " is not installed");
  return false;
}

}  // namespace bale::test
