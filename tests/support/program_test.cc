// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program_test.h"

#include <cstdlib>
#include <fstream>

#include <fcntl.h>

#include "oci/digest.h"
#include "oci/fd.h"
#include "oci/io.h"

namespace bale::test {

namespace fs = std::filesystem;

void write_text(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

void ProgramTest::SetUp() {
  write_text(context() / "a.txt", "a\n");
  write_text(auth_file(), "{}");
  ::setenv("REGISTRY_AUTH_FILE", auth_file().c_str(), 1);
  ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
  ::unsetenv("REGISTRY_TOKEN");
}

std::string ProgramTest::digest_of(const PeerRun& run) {
  const auto start = run.output.rfind("sha256:");
  return start == std::string::npos ? run.output : run.output.substr(start, 71);
}

void ProgramTest::TearDown() { check_store(); }

void ProgramTest::check_store() const {
  for (const auto& entry : files_below(store() / "tmp")) ADD_FAILURE() << "left: " << entry;
  for (const auto& blob : files_below(store() / "blobs")) {
    oci::FileSource source(oci::open_file(blob, O_RDONLY));
    EXPECT_EQ(oci::digest_of(source).hex(), blob.filename().string());
  }
}

PeerRun ProgramTest::bale_with(const fs::path& store, const std::string& arguments) {
  return run_peer(std::string(BALE_PROGRAM) + " --store " + store.string() + " " + arguments);
}

PeerRun ProgramTest::build(const std::string& dockerfile, const std::string& options) const {
  write_text(context() / "Dockerfile", dockerfile);
  return bale("build " + options + " " + context().string());
}

bool ProgramTest::has_images() const { return bale("images --json").output != "[]\n"; }

void BuiltImageTest::SetUp() {
  ProgramTest::SetUp();
  const PeerRun run = build("FROM scratch\nCOPY a.txt /\n");
  ASSERT_EQ(run.status, 0) << run.output;
  digest_ = digest_of(run);
}

std::string BuiltImageTest::program() const {
  return std::string(BALE_PROGRAM) + " -q --store " + store().string();
}

}  // namespace bale::test
