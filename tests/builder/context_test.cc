// SPDX-License-Identifier: Apache-2.0
#include "builder/context.h"

#include <fstream>

#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

class ContextTest : public testing::Test {
 protected:
  void write(const char* name, std::string_view content = "FROM scratch\n") {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << content;
  }

  Context find(std::string dockerfile = "", std::string ignore_file = "") {
    oci::BytesSource input(oci::as_bytes("FROM input\n"));
    return find_context({folder_.path(), std::move(dockerfile), std::move(ignore_file)}, input);
  }

  test::ScratchFolder folder_;
};

TEST_F(ContextTest, PrefersAContainerfile) {
  write("Dockerfile", "FROM a\n");
  EXPECT_EQ(find().dockerfile, "FROM a\n");
  write("Containerfile", "FROM b\n");
  EXPECT_EQ(find().dockerfile, "FROM b\n");
}

TEST_F(ContextTest, FindsANamedFileFromTheFolderToo) {
  write("deploy/app.docker", "FROM a\n");
  EXPECT_EQ(find("deploy/app.docker").dockerfile, "FROM a\n");
  EXPECT_EQ(find((folder_ / "deploy/app.docker").string()).dockerfile, "FROM a\n");
}

TEST_F(ContextTest, ReadsStandardInput) { EXPECT_EQ(find("-").dockerfile, "FROM input\n"); }

TEST_F(ContextTest, TheMoreSpecificIgnoreFileCounts) {
  write("Dockerfile");
  EXPECT_FALSE(find().ignore_file);
  for (const char* name : {".dockerignore", ".containerignore", "Dockerfile.dockerignore",
                           "Dockerfile.containerignore"}) {
    write(name, "");
    EXPECT_EQ(find().ignore_file, folder_ / name);
  }
  EXPECT_EQ(find("", "other").ignore_file, "other");
  EXPECT_EQ(find("-").ignore_file, folder_ / ".containerignore");
}

TEST_F(ContextTest, SaysWhatIsMissing) {
  EXPECT_THROW(find(), oci::Error);
  EXPECT_THROW(find("no.such"), oci::Error);
  oci::BytesSource input({});
  EXPECT_THROW(find_context({folder_ / "missing", "", ""}, input), oci::Error);
}

}  // namespace
}  // namespace bale::builder
