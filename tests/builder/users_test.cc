// SPDX-License-Identifier: Apache-2.0
#include "builder/users.h"

#include <fstream>

#include <gtest/gtest.h>

#include "builder/context_tree.h"
#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

class UsersTest : public testing::Test {
 protected:
  UsersTest() {
    fs::create_directories(root_ / "usr/share");
    fs::create_symlink("/usr/share", root_ / "etc");
    std::ofstream(root_ / "usr/share/passwd")
        << "root:x:0:0:root:/root:/bin/sh\nbroken\nodd:x:no:5::/:\napp:x:1000:1001::/:\n"
           "7:x:70:71::/:\n";
    std::ofstream(root_ / "usr/share/group") << "root:x:0:\nstaff:x:50:app\n";
  }

  Owner find(const std::string& text) { return find_owner(ContextTree(root_.path()), text); }

  test::ScratchFolder root_;
};

TEST_F(UsersTest, ANameStandsForItsPrimaryGroupToo) {
  EXPECT_EQ(find("app"), (Owner{1000, 1001}));
  EXPECT_EQ(find("app:staff"), (Owner{1000, 50}));
  EXPECT_EQ(find("app:7"), (Owner{1000, 7}));
}

TEST_F(UsersTest, ANumberStandsForTheGroupOfTheSameNumber) {
  EXPECT_EQ(find("7"), (Owner{7, 7}));
  EXPECT_EQ(find("7:staff"), (Owner{7, 50}));
  EXPECT_EQ(find("4294967294"), (Owner{4294967294, 4294967294}));
}

TEST_F(UsersTest, WhatIsLeftOutIsRoot) {
  EXPECT_EQ(find(""), Owner{});
  EXPECT_EQ(find(":staff"), (Owner{0, 50}));
  EXPECT_EQ(find("app:"), (Owner{1000, 1001}));
}

TEST_F(UsersTest, UnknownNamesAndImpossibleNumbersAreErrors) {
  for (const char* text : {"nobody", "app:nobody", "odd", "4294967295", "99999999999"})
    EXPECT_THROW(find(text), oci::Error) << text;
}

TEST_F(UsersTest, RootNeedsNoTable) {
  EXPECT_EQ(find_owner(EmptyTree(), "root:root"), Owner{});
  EXPECT_THROW(find_owner(EmptyTree(), "app"), oci::Error);
}

}  // namespace
}  // namespace bale::builder
