// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/program_test.h"

namespace bale::test {

/// With images for linux/amd64, linux/arm64 and linux/s390x to make indexes of, in a layout.
class ManifestTest : public ProgramTest {
 protected:
  void SetUp() override;

  std::filesystem::path images() const { return scratch_ / "images"; }
  /// The name of the image for an architecture.
  std::string image(const std::string& arch) const {
    return "oci:" + images().string() + ":" + arch;
  }
  /// The architectures of an index, as its JSON has them.
  std::vector<std::string> platforms(const std::string& name) const;
  /// The digest that a command printed, which must succeed.
  std::string done(const std::string& arguments) const;
};

}  // namespace bale::test
