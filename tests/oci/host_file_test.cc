// SPDX-License-Identifier: Apache-2.0
#include "oci/host_file.h"

#include <cstring>
#include <fstream>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

using testing::HasSubstr;

class HostFileTest : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }

  static std::string failure_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "no failure";
  }

  test::ScratchFolder scratch_;
  std::filesystem::path path_ = scratch_ / "file";
};

TEST_F(HostFileTest, TellsAFileThatShrinksWhileItIsRead) {
  write("0123456789");
  const HostFile file(path_, 10);
  std::filesystem::resize_file(path_, 5);
  std::vector<std::byte> buffer(10);
  EXPECT_THAT(failure_of([&] { file.read(0, buffer); }), HasSubstr("became shorter"));
}

TEST_F(HostFileTest, TellsAFileThatGrowsWhileItIsRead) {
  write("0123456789");
  const HostFile file(path_, 10);
  std::filesystem::resize_file(path_, 11);
  std::vector<std::byte> buffer(5);
  file.read(0, buffer);
  EXPECT_EQ(as_text(buffer), "01234");
  EXPECT_THAT(failure_of([&] { file.read(5, buffer); }), HasSubstr("became longer"));
}

TEST_F(HostFileTest, ReadsAFileToItsEndThoughItsNameVanishes) {
  write("0123456789");
  const HostFile file(path_, 10);
  std::filesystem::remove(path_);
  std::vector<std::byte> buffer(10);
  file.read(0, buffer);
  EXPECT_EQ(as_text(buffer), "0123456789");
}

TEST_F(HostFileTest, RefusesASocket) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path_.native().size(), sizeof address.sun_path);
  std::strcpy(address.sun_path, path_.c_str());
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  EXPECT_THAT(failure_of([&] { HostFile(path_, 0); }), HasSubstr("not a regular file"));
}

TEST_F(HostFileTest, TellsAFileThatMayNotBeRead) {
  write("secret");
  ::chmod(path_.c_str(), 0);
  // Root may read everything, but not with the file system's eyes of somebody else.
  const int before = ::setfsuid(65534);
  const std::string failure = failure_of([&] { HostFile(path_, 6); });
  ::setfsuid(static_cast<uid_t>(before));
  EXPECT_THAT(failure, HasSubstr("Permission denied"));
}

TEST_F(HostFileTest, RefusesATerabyteOfHolesAndTakesSmallOnes) {
  write("");
  std::filesystem::resize_file(path_, std::uintmax_t{1} << 40);
  EXPECT_THAT(failure_of([&] { HostFile(path_, std::uint64_t{1} << 40); }),
              HasSubstr("a sparse file of 1099511627776 bytes"));
  std::filesystem::resize_file(path_, std::uintmax_t{1} << 30);
  EXPECT_NO_THROW(HostFile(path_, std::uint64_t{1} << 30));
}

}  // namespace
}  // namespace bale::oci
