// SPDX-License-Identifier: Apache-2.0
#include "builder/mount_point.h"

#include <gtest/gtest.h>

namespace bale::builder {
namespace {

TEST(MountPoint, IsReadFromMountinfo) {
  constexpr const char* kMountinfo =
      "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
      "30 22 0:26 / /store/runs rw - tmpfs tmpfs rw\n"
      "31 22 0:27 / /store/runs/bale-1/merged rw - overlay overlay rw,lowerdir=0\n"
      "32 31 0:28 / /store/runs/bale-1/merged/with\\040space\\134 rw - proc proc rw\n"
      "33 22 0:29 / /store/runs-of-others rw - proc proc rw";
  EXPECT_EQ(mount_points_below(kMountinfo, "/store/runs"),
            (std::vector<std::filesystem::path>{"/store/runs/bale-1/merged/with space\\",
                                                "/store/runs/bale-1/merged"}));
}

TEST(MountPoint, IsNotFoundInGarbage) {
  EXPECT_TRUE(mount_points_below("\n\nx y\n1 2 3 4\n", "/").empty());
}

}  // namespace
}  // namespace bale::builder
