// SPDX-License-Identifier: Apache-2.0
#include "builder/overlay_diff.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "builder/overlay_mount.h"
#include "builder/run_folder.h"
#include "builder/stub_layer.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;
using oci::FileType;

/// A lower layer, an overlay over it and the stub layer, as a RUN step has them.
class OverlayDiff : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    fs::create_directory(layer());
  }
  void TearDown() override {
    merged_.reset();
    base_.reset();
    run_.reset();
  }

  fs::path layer() const { return scratch_ / "layer"; }

  /// After the layer is filled. Returns what a command would see as its root.
  fs::path mount(const RunRequest& request = {}) {
    run_ = std::make_unique<RunFolder>(scratch_ / "runs");
    base_ = std::make_unique<OverlayMount>(run_->base(), OverlayFolders{{layer(), run_->empty()}},
                                           run_->links());
    make_stub_layer(run_->stub(), run_->base(), request);
    merged_ = std::make_unique<OverlayMount>(
        run_->merged(), OverlayFolders{{layer(), run_->stub()}, run_->upper(), run_->work()},
        run_->links());
    return run_->merged();
  }

  /// The paths of what changed, in order.
  std::vector<std::string> changes() {
    merged_.reset();
    std::vector<std::string> paths;
    complete_ = visit_changes({run_->upper(), run_->base(), run_->stub()},
                              [&](oci::TarEntry entry, const fs::path& file) {
                                paths.push_back(entry.path);
                                files_[entry.path] = file;
                                entries_[entry.path] = std::move(entry);
                              });
    return paths;
  }

  test::ScratchFolder scratch_;
  std::unique_ptr<RunFolder> run_;
  std::unique_ptr<OverlayMount> base_;
  std::unique_ptr<OverlayMount> merged_;
  std::map<std::string, oci::TarEntry> entries_;
  std::map<std::string, fs::path> files_;
  bool complete_ = false;
};

using Paths = std::vector<std::string>;

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

TEST_F(OverlayDiff, IsEmptyWhereNothingChanged) {
  write(layer() / "a/file", "x");
  mount();
  EXPECT_EQ(changes(), Paths{});
  EXPECT_TRUE(complete_);
}

TEST_F(OverlayDiff, HasNewFilesWithTheirFoldersAndAttributes) {
  const auto root = mount();
  write(root / "opt/app/run.sh", "#!/bin/sh\n");
  fs::permissions(root / "opt/app/run.sh", fs::perms(04755));
  ASSERT_EQ(::chown((root / "opt/app/run.sh").c_str(), 1000, 1001), 0);
  fs::permissions(root / "opt/app/run.sh", fs::perms(04755));
  fs::create_symlink("run.sh", root / "opt/app/link");
  EXPECT_EQ(changes(), (Paths{"opt", "opt/app", "opt/app/link", "opt/app/run.sh"}));
  const auto& file = entries_["opt/app/run.sh"];
  EXPECT_EQ(file.mode, 04755U);
  EXPECT_EQ(file.uid, 1000U);
  EXPECT_EQ(file.gid, 1001U);
  EXPECT_EQ(file.size, 10U);
  EXPECT_EQ(oci::read_file(files_["opt/app/run.sh"], 100), "#!/bin/sh\n");
  EXPECT_EQ(entries_["opt/app/link"].type, FileType::kSymlink);
  EXPECT_EQ(entries_["opt/app/link"].link_target, "run.sh");
}

TEST_F(OverlayDiff, SortsByBytesWithParentsFirst) {
  const auto root = mount();
  for (const char* path : {"b/x", "a-b", "a/z", "a.txt", "B"}) write(root / path, "1");
  EXPECT_EQ(changes(), (Paths{"B", "a", "a/z", "a-b", "a.txt", "b", "b/x"}));
}

TEST_F(OverlayDiff, LeavesOutFoldersThatAreAsTheyWere) {
  write(layer() / "usr/share/doc/file", "old");
  const auto root = mount();
  write(root / "usr/share/doc/file", "new");  // in place: no folder's time changes
  EXPECT_EQ(changes(), Paths{"usr/share/doc/file"});
}

TEST_F(OverlayDiff, HasFoldersWhoseAttributesChanged) {
  fs::create_directories(layer() / "var/lib/data");
  write(layer() / "var/lib/data/file", "x");
  const auto root = mount();
  ASSERT_EQ(::chown((root / "var/lib/data").c_str(), 7, 8), 0);
  EXPECT_EQ(changes(), Paths{"var/lib/data"});
  EXPECT_EQ(entries_["var/lib/data"].uid, 7U);
}

TEST_F(OverlayDiff, WritesAWhiteoutForWhatWasRemoved) {
  write(layer() / "a/gone", "x");
  write(layer() / "b/also/gone", "x");
  const auto root = mount();
  fs::remove(root / "a/gone");
  fs::remove_all(root / "b/also");
  EXPECT_EQ(changes(), (Paths{"a", "a/.wh.gone", "b", "b/.wh.also"}));
  EXPECT_EQ(entries_["a/.wh.gone"].type, FileType::kRegular);
  EXPECT_EQ(entries_["a/.wh.gone"].size, 0U);
}

TEST_F(OverlayDiff, MarksAFolderThatWasMadeAnew) {
  write(layer() / "d/old", "x");
  fs::create_directory(layer() / "d/sub");
  const auto root = mount();
  fs::remove_all(root / "d");
  fs::create_directories(root / "d/sub");
  // "sub" looks as before, but the mark hides the old one.
  fs::last_write_time(root / "d/sub", fs::last_write_time(layer() / "d/sub"));
  EXPECT_EQ(changes(), (Paths{"d", "d/.wh..wh..opq", "d/sub"}));
}

TEST_F(OverlayDiff, NeedsNoMarkWhereAFolderReplacesAFile) {
  write(layer() / "d", "a file");
  const auto root = mount();
  fs::remove(root / "d");
  write(root / "d/new", "x");
  EXPECT_EQ(changes(), (Paths{"d", "d/new"}));
}

TEST_F(OverlayDiff, SeesAFileInPlaceOfAFolder) {
  write(layer() / "d/old", "x");
  const auto root = mount();
  fs::remove_all(root / "d");
  write(root / "d", "now a file");
  EXPECT_EQ(changes(), Paths{"d"});
  EXPECT_EQ(entries_["d"].type, FileType::kRegular);
}

TEST_F(OverlayDiff, SeesARenamedFolderAsACopy) {
  write(layer() / "old/deep/file", "x");
  const auto root = mount();
  // rename(2) of a lower folder is refused, so tools copy.
  EXPECT_NE(::rename((root / "old").c_str(), (root / "new").c_str()), 0);
  fs::copy(root / "old", root / "new", fs::copy_options::recursive);
  fs::remove_all(root / "old");
  EXPECT_EQ(changes(), (Paths{"new", "new/deep", "new/deep/file", ".wh.old"}));
}

TEST_F(OverlayDiff, KeepsHardLinks) {
  const auto root = mount();
  write(root / "b", "content");
  fs::create_hard_link(root / "b", root / "a");
  fs::create_hard_link(root / "b", root / "c");
  EXPECT_EQ(changes(), (Paths{"a", "b", "c"}));
  EXPECT_EQ(entries_["a"].type, FileType::kRegular);
  EXPECT_EQ(entries_["a"].size, 7U);
  EXPECT_EQ(entries_["b"].type, FileType::kHardLink);
  EXPECT_EQ(entries_["b"].link_target, "a");
  EXPECT_EQ(entries_["c"].link_target, "a");
}

TEST_F(OverlayDiff, KeepsAttributesButNotThoseOfOverlayfs) {
  write(layer() / "d/below", "x");
  const auto root = mount();
  const std::string capability("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  write(root / "d/ping", "x");
  ASSERT_EQ(::setxattr((root / "d/ping").c_str(), "security.capability", capability.data(),
                       capability.size(), 0),
            0);
  fs::permissions(root / "d", fs::perms(0700));  // copied up, with marks of overlayfs
  EXPECT_EQ(changes(), (Paths{"d", "d/ping"}));
  EXPECT_EQ(entries_["d"].xattrs.size(), 0U);
  ASSERT_EQ(entries_["d/ping"].xattrs.size(), 1U);
  EXPECT_EQ(entries_["d/ping"].xattrs["security.capability"].size(), 20U);
}

TEST_F(OverlayDiff, SkipsSocketsAndKeepsFifosAndDevices) {
  const auto root = mount();
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (root / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  ASSERT_EQ(::mkfifo((root / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(::mknod((root / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
  EXPECT_EQ(changes(), (Paths{"fifo", "null"}));
  EXPECT_EQ(entries_["fifo"].type, FileType::kFifo);
  EXPECT_EQ(entries_["null"].device_major, 1U);
  EXPECT_EQ(entries_["null"].device_minor, 3U);
}

TEST_F(OverlayDiff, HasTheRootWhereItsModeChanged) {
  const auto root = mount();
  fs::permissions(root, fs::perms(0700));
  EXPECT_EQ(changes(), Paths{""});
}

TEST_F(OverlayDiff, RefusesNamesThatLayersReserve) {
  const auto root = mount();
  write(root / "a/.wh.x", "");
  EXPECT_THROW(changes(), oci::Error);
}

TEST_F(OverlayDiff, ForgetsWhatOnlyTheStubLayerHad) {
  const auto root = mount();
  fs::remove(root / "etc/mtab");
  EXPECT_EQ(changes(), Paths{});
  EXPECT_FALSE(complete_);
}

TEST_F(OverlayDiff, HasAStubFolderThatSomethingWasPutInto) {
  const auto root = mount();
  write(root / "etc/app/config", "x");
  EXPECT_EQ(changes(), (Paths{"etc", "etc/app", "etc/app/config"}));
}

TEST_F(OverlayDiff, ForgetsWhatPodmanMadeWhereALayerHidesTheStub) {
  write(layer() / "etc/hostname.bak", "x");
  const auto root = mount();
  fs::remove(root / "etc/hosts");
  write(root / "etc/hosts", "");
  fs::permissions(root / "etc/hosts", fs::perms(0755));
  const auto paths = changes();
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "etc/hosts"), 0);
}

TEST_F(OverlayDiff, KeepsAFileThatTheStepWroteWhereAStubWas) {
  const auto root = mount();
  write(root / "etc/hostname", "mine\n");
  EXPECT_EQ(changes(), (Paths{"etc", "etc/hostname"}));
}

TEST_F(OverlayDiff, WorksOverHundredsOfLayers) {
  std::vector<fs::path> layers;
  for (int i = 0; i < 300; ++i) {
    layers.push_back(scratch_.path() /
                     ("a-layer-with-a-long-name:and,colons\\" + std::to_string(i)));
    write(layers.back() / ("file" + std::to_string(i)), "x");
  }
  run_ = std::make_unique<RunFolder>(scratch_ / "runs");
  merged_ = std::make_unique<OverlayMount>(
      run_->merged(), OverlayFolders{layers, run_->upper(), run_->work()}, run_->links());
  EXPECT_TRUE(fs::exists(run_->merged() / "file0"));
  EXPECT_TRUE(fs::exists(run_->merged() / "file299"));
}

TEST_F(OverlayDiff, ResolvesMountPointsThroughTheLinksOfTheImage) {
  fs::create_directories(layer() / "run");
  fs::create_directories(layer() / "var");
  fs::create_symlink("/run", layer() / "var/run");
  fs::create_directories(layer() / "etc");
  fs::create_symlink("../run/systemd/resolve/stub-resolv.conf", layer() / "etc/resolv.conf");
  RunRequest request;
  request.cwd = "/srv/work";
  request.mounts = {
      {HostMount::Kind::kBind, "/etc/passwd", "/var/run/secrets/token", Access::kReadOnly, {}}};
  const auto root = mount(request);
  EXPECT_TRUE(fs::is_regular_file(root / "run/secrets/token"));
  EXPECT_TRUE(fs::is_regular_file(root / "run/systemd/resolve/stub-resolv.conf"));
  EXPECT_TRUE(fs::is_directory(root / "srv/work"));
  EXPECT_EQ(changes(), Paths{});
}

}  // namespace
}  // namespace bale::builder
