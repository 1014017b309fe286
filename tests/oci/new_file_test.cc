// SPDX-License-Identifier: Apache-2.0
#include "oci/new_file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <stop_token>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/io.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

namespace fs = std::filesystem;
using test::ScratchFolder;

void write_text(const fs::path& path, std::string_view text) {
  NewFile file(path);
  file.write(as_bytes(text));
  file.finish();
}

mode_t type_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & S_IFMT;
}

std::size_t count_files(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// A link to one of our descriptors, as /dev/stdout is one.
fs::path link_to(const UniqueFd& fd, const fs::path& link) {
  fs::create_symlink("/proc/self/fd/" + std::to_string(fd.get()), link);
  return link;
}

TEST(NewFile, AppearsOnlyWhenItIsFinished) {
  const ScratchFolder scratch;
  {
    NewFile given_up(scratch / "file");
    given_up.write(as_bytes("half"));
  }
  EXPECT_TRUE(fs::is_empty(scratch.path()));
  write_text(scratch / "file", "whole");
  EXPECT_EQ(read_file(scratch / "file", 100), "whole");
}

TEST(NewFile, HasNoNameUntilItIsFinished) {
  const ScratchFolder scratch;
  NewFile first(scratch / "file");
  NewFile second(scratch / "file");
  first.write(as_bytes("first"));
  second.write(as_bytes("second"));
  // Where there are no files without a name, each has one beside its place.
  EXPECT_EQ(count_files(scratch.path()), scratch.has_unnamed_files() ? 0 : 2);
  for (NewFile* file : {&first, &second}) {
    file->finish();
    file->finish();  // has its name
  }
  EXPECT_EQ(count_files(scratch.path()), 1);
  EXPECT_EQ(read_file(scratch / "file", 100), "second");
}

TEST(NewFile, HasTheModeThatWasAskedFor) {
  const ScratchFolder scratch;
  write_file_atomically(scratch / "secret", "x", 0600);
  EXPECT_EQ(fs::status(scratch / "secret").permissions(), fs::perms(0600));
}

TEST(NewFile, ReplacesTheFileBehindALinkAndKeepsTheLink) {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "real");
  std::ofstream(scratch / "real/file") << "a longer old content";
  fs::create_symlink("real/file", scratch / "second");
  fs::create_symlink("second", scratch / "first");
  write_file_atomically(scratch / "first", "new");
  EXPECT_EQ(fs::read_symlink(scratch / "first"), "second");
  EXPECT_EQ(type_of(scratch / "second"), S_IFLNK);
  EXPECT_EQ(read_file(scratch / "real/file", 100), "new");
  EXPECT_EQ(count_files(scratch / "real"), 1);
}

TEST(NewFile, MakesTheFileThatALinkLeadsTo) {
  const ScratchFolder scratch;
  fs::create_symlink("file", scratch / "link");
  write_text(scratch / "link", "new");
  EXPECT_EQ(type_of(scratch / "link"), S_IFLNK);
  EXPECT_EQ(read_file(scratch / "file", 100), "new");
}

TEST(NewFile, KeepsModeAndOwnerOfTheFileThatItReplaces) {
  const ScratchFolder scratch;
  write_text(scratch / "file", "old");
  ASSERT_EQ(::chmod((scratch / "file").c_str(), 0640), 0);
  const uid_t owner = ::geteuid() == 0 ? 65534 : ::geteuid();
  ASSERT_EQ(::chown((scratch / "file").c_str(), owner, ::getegid()), 0);
  write_text(scratch / "file", "new");
  struct stat status {};
  ASSERT_EQ(::stat((scratch / "file").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
  EXPECT_EQ(status.st_uid, owner);
  EXPECT_EQ(read_file(scratch / "file", 100), "new");
}

TEST(NewFile, RefusesLinksInACircle) {
  const ScratchFolder scratch;
  fs::create_symlink("b", scratch / "a");
  fs::create_symlink("a", scratch / "b");
  EXPECT_THROW(NewFile(scratch / "a"), Error);
}

TEST(NewFile, RefusesAFolderAndLeavesNothingBesideIt) {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "folder");
  try {
    write_file_atomically(scratch / "folder", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("it is a folder"));
  }
  EXPECT_EQ(count_files(scratch.path()), 1);
}

TEST(NewFile, WritesIntoAPipeThatHasTheName) {
  const ScratchFolder scratch;
  const fs::path pipe = scratch / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  // Without a reader the writer would wait for one.
  FileSource reader(open_file(pipe, O_RDONLY | O_NONBLOCK));
  write_file_atomically(pipe, "through");
  EXPECT_EQ(type_of(pipe), S_IFIFO);
  EXPECT_EQ(read_all(reader, 100), "through");
}

/// Until a writer has to wait; the pipe has been opened already.
void wait_until_full(const UniqueFd& reader) {
  const int capacity = ::fcntl(reader.get(), F_GETPIPE_SZ);
  for (int held = 0; held < capacity; ::ioctl(reader.get(), FIONREAD, &held)) ::sched_yield();
}

TEST(NewFile, WaitsNoLongerForTheReaderOfAPipeOnceItIsStopped) {
  const ScratchFolder scratch;
  const fs::path pipe = scratch / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::stop_source stop;
  const auto fails = [&] {
    try {
      NewFile file(pipe, std::nullopt, stop.get_token());
      file.write(as_bytes(std::string(std::size_t{1} << 20, 'x')));
      return ErrorCode::kFailed;
    } catch (const Error& error) {
      return error.code();
    }
  };
  // First nobody opens the pipe, then nobody empties it.
  auto unopened = std::async(std::launch::async, fails);
  stop.request_stop();
  EXPECT_EQ(unopened.get(), ErrorCode::kInterrupted);
  stop = std::stop_source();
  const UniqueFd reader = open_file(pipe, O_RDONLY | O_NONBLOCK);
  auto full = std::async(std::launch::async, fails);
  wait_until_full(reader);
  stop.request_stop();
  EXPECT_EQ(full.get(), ErrorCode::kInterrupted);
}

/// A device that anyone may make: the far end of a terminal of our own.
class TerminalDevice {
 public:
  TerminalDevice() : fd_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_TRUE(fd_);
    EXPECT_EQ(::grantpt(fd_.get()) | ::unlockpt(fd_.get()), 0);
  }
  fs::path path() const { return ::ptsname(fd_.get()); }
  std::string read() const {
    char bytes[100] = {};
    const auto size = ::read(fd_.get(), bytes, sizeof bytes);
    return {bytes, bytes + std::max<ssize_t>(size, 0)};
  }

 private:
  UniqueFd fd_;
};

TEST(NewFile, LeavesADeviceADevice) {
  const ScratchFolder scratch;
  const TerminalDevice terminal;
  write_file_atomically(terminal.path(), "one");
  EXPECT_EQ(terminal.read(), "one");
  fs::create_symlink(terminal.path(), scratch / "link");
  write_text(scratch / "link", "two");
  EXPECT_EQ(terminal.read(), "two");
  EXPECT_EQ(type_of(terminal.path()), S_IFCHR);
  EXPECT_EQ(type_of(scratch / "link"), S_IFLNK);
}

TEST(NewFile, WritesToADescriptorWhereItStands) {
  const ScratchFolder scratch;
  const UniqueFd out = open_file(scratch / "file", O_WRONLY | O_CREAT, 0644);
  ASSERT_EQ(::write(out.get(), "before ", 7), 7);
  const fs::path link = link_to(out, scratch / "link");
  write_file_atomically(link, "named ");
  write_text("/dev/fd/" + std::to_string(out.get()), "again ");
  ASSERT_EQ(::write(out.get(), "after", 5), 5);
  EXPECT_EQ(read_file(scratch / "file", 100), "before named again after");
  EXPECT_EQ(type_of(link), S_IFLNK);
}

TEST(NewFile, AppendsWhereTheDescriptorAppends) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "file") << "old ";
  const UniqueFd out = open_file(scratch / "file", O_WRONLY | O_APPEND);
  write_text(link_to(out, scratch / "link"), "new");
  EXPECT_EQ(read_file(scratch / "file", 100), "old new");
}

TEST(NewFile, RefusesADescriptorThatIsNotOpen) {
  EXPECT_THROW(NewFile("/proc/self/fd/999999"), Error);
}

}  // namespace
}  // namespace bale::oci
