// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "oci/fd.h"
#include "tests/builder/dockerfile_report.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLimit = 1 << 20;

std::set<std::string> golden_folders() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(BALE_TEST_DATA) / "dockerfile")) {
    names.insert(entry.path().filename());
  }
  return names;
}

class DockerfileGolden : public testing::TestWithParam<std::string> {};

TEST_P(DockerfileGolden, GivesTheStepsThatAreExpected) {
  const fs::path folder = fs::path(BALE_TEST_DATA) / "dockerfile" / GetParam();
  const std::string report = report_dockerfile(oci::read_file(folder / "Dockerfile", kLimit),
                                               read_report_inputs(folder / "inputs"));
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(folder / "expect") << report;
    GTEST_SKIP() << "rewrote " << folder / "expect";
  }
  EXPECT_EQ(report, oci::read_file(folder / "expect", kLimit));
}

INSTANTIATE_TEST_SUITE_P(All, DockerfileGolden, testing::ValuesIn(golden_folders()),
                         [](const auto& folder) { return folder.param; });

}  // namespace
}  // namespace bale::builder
