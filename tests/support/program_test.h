// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/peer_tool.h"
#include "tests/support/scratch_folder.h"

namespace bale::test {

void write_text(const std::filesystem::path& file, std::string_view text);

/// The regular files in a folder, which need not exist.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

/// The program as its users run it: with a store, a context and credentials of its own. However a
/// test goes, the store holds no unfinished file and no blob under a wrong name.
class ProgramTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::filesystem::path store() const { return scratch_ / "store"; }
  std::filesystem::path context() const { return scratch_ / "context"; }
  std::filesystem::path auth_file() const { return scratch_ / "auth.json"; }
  /// Of a file of the test, as a word of a command line.
  std::string path(const std::string& name) const { return (scratch_ / name.c_str()).string(); }

  /// A line of arguments, as the shell takes them.
  PeerRun bale(const std::string& arguments) const { return bale_with(store(), arguments); }
  static PeerRun bale_with(const std::filesystem::path& store, const std::string& arguments);
  /// Builds a Dockerfile of these lines in the context.
  PeerRun build(const std::string& dockerfile, const std::string& options = "-t app:v1") const;
  /// The digest that a build ends with.
  static std::string digest_of(const PeerRun& run);
  bool has_images() const;
  /// Fails the test where something is unfinished.
  void check_store() const;

  ScratchFolder scratch_;
};

/// With an image in its store: app:v1, of one layer.
class BuiltImageTest : public ProgramTest {
 protected:
  void SetUp() override;

  /// How a line of the shell calls bale.
  std::string program() const;
  std::string digest_in(const std::string& name) const { return digest_of(bale("digest " + name)); }

  std::string digest_;  // of app:v1
};

}  // namespace bale::test
