// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_extractor.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/tar_writer.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

namespace fs = std::filesystem;

/// Entries and their contents, as an archive lists them: whatever they say.
class Tar {
 public:
  Tar& file(std::string path, std::string content = "new", std::uint32_t mode = 0644) {
    TarEntry entry = make(std::move(path), FileType::kRegular);
    entry.mode = mode;
    writer_.add(entry, as_bytes(content));
    return *this;
  }
  Tar& folder(std::string path, std::uint32_t mode = 0755) {
    TarEntry entry = make(std::move(path), FileType::kDirectory);
    entry.mode = mode;
    return add(entry);
  }
  Tar& symlink(std::string path, std::string target) {
    TarEntry entry = make(std::move(path), FileType::kSymlink);
    entry.link_target = std::move(target);
    return add(entry);
  }
  Tar& hard_link(std::string path, std::string target) {
    TarEntry entry = make(std::move(path), FileType::kHardLink);
    entry.link_target = std::move(target);
    return add(entry);
  }
  Tar& add(const TarEntry& entry) {
    writer_.add(entry);
    return *this;
  }
  static TarEntry make(std::string path, FileType type) {
    TarEntry entry;
    entry.path = std::move(path);
    entry.type = type;
    entry.uid = ::getuid();
    entry.gid = ::getgid();
    entry.mtime = {1234567890, 0};
    return entry;
  }
  std::string text() {
    writer_.finish();
    return sink_.text();
  }

 private:
  StringSink sink_;
  TarWriter writer_{sink_};
};

class LayerExtractor : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root());
    fs::create_directories(outside());
    write(outside() / "secret", "secret");
  }

  fs::path root() const { return scratch_.path() / "root"; }
  fs::path outside() const { return scratch_.path() / "outside"; }

  static void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  static struct stat status(const fs::path& path) {
    struct stat result {};
    EXPECT_EQ(::lstat(path.c_str(), &result), 0) << path;
    return result;
  }
  static bool present(const fs::path& path) { return fs::exists(fs::symlink_status(path)); }

  void extract(Tar& tar, const ExtractOptions& options = default_options()) {
    const std::string text = tar.text();
    extract_layer(store_, test::add_blob(store_, text, media_type::kOciLayer),
                  DiffId(Digest::of(as_bytes(text))), root(), options);
  }

  static ExtractOptions default_options() {
    ExtractOptions options;
    options.keep_ownership = ::getuid() == 0;
    return options;
  }
  static ExtractOptions overlay_options() {
    ExtractOptions options = default_options();
    options.whiteouts = WhiteoutStyle::kOverlay;
    return options;
  }

  /// Refused as corrupt, and nothing outside was touched.
  void expect_refused(Tar& tar, const char* because) {
    try {
      extract(tar);
      ADD_FAILURE() << "not refused: " << because;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
      EXPECT_THAT(error.what(), testing::HasSubstr(because));
    }
    expect_outside_untouched();
  }
  void expect_outside_untouched() {
    EXPECT_EQ(read(outside() / "secret"), "secret");
    EXPECT_EQ(status(outside() / "secret").st_nlink, 1U);
    EXPECT_EQ(std::distance(fs::directory_iterator(outside()), fs::directory_iterator()), 1);
    EXPECT_EQ(std::distance(fs::directory_iterator(scratch_.path()), fs::directory_iterator()), 2);
  }

  test::ScratchFolder scratch_;
  MemoryStore store_;
};

TEST_F(LayerExtractor, MakesWhatTheLayerSays) {
  const std::string big(700'001, 'b');
  Tar tar;
  tar.folder("").folder("d", 01777).file("d/f", "text", 04755).file("d/big", big, 0600);
  tar.symlink("d/link", "../anywhere").hard_link("hard", "d/f").file("no/parents/yet", "x");
  extract(tar);
  EXPECT_EQ(read(root() / "d/f"), "text");
  EXPECT_TRUE(read(root() / "d/big") == big);
  EXPECT_EQ(status(root() / "d/f").st_mode & 07777U, 04755U);
  EXPECT_EQ(status(root() / "d").st_mode & 07777U, 01777U);
  EXPECT_EQ(status(root() / "d").st_mtime, 1234567890);
  EXPECT_EQ(status(root() / "d/f").st_mtime, 1234567890);
  EXPECT_EQ(status(root() / "d/link").st_mtime, 1234567890);
  EXPECT_EQ(status(root()).st_mtime, 1234567890);
  EXPECT_EQ(fs::read_symlink(root() / "d/link"), "../anywhere");
  EXPECT_EQ(status(root() / "hard").st_ino, status(root() / "d/f").st_ino);
  EXPECT_EQ(read(root() / "no/parents/yet"), "x");
}

TEST_F(LayerExtractor, KeepsOwnersDevicesAndXattrsAsRoot) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  Tar tar;
  TarEntry device = Tar::make("null", FileType::kCharDevice);
  device.mode = 0666;
  device.device_major = 1;
  device.device_minor = 3;
  TarEntry owned = Tar::make("owned", FileType::kDirectory);
  owned.uid = 4000000000;
  owned.gid = 7;
  owned.xattrs = {{"trusted.kept", "k"},
                  {"trusted.overlay.opaque", "y"},
                  {"user.overlay.redirect", "/"},
                  {"security.selinux", "system_u"}};
  TarEntry fifo = Tar::make("fifo", FileType::kFifo);
  fifo.mode = 0620;
  tar.add(device).add(owned).add(fifo);
  extract(tar);
  EXPECT_EQ(status(root() / "null").st_rdev, makedev(1, 3));
  EXPECT_EQ(status(root() / "null").st_mode, S_IFCHR | 0666U);
  EXPECT_EQ(status(root() / "fifo").st_mode, S_IFIFO | 0620U);
  EXPECT_EQ(status(root() / "owned").st_uid, 4000000000U);
  EXPECT_EQ(status(root() / "owned").st_gid, 7U);
  char value[16];
  const std::string path = (root() / "owned").string();
  EXPECT_EQ(::lgetxattr(path.c_str(), "trusted.kept", value, sizeof value), 1);
  EXPECT_EQ(::lgetxattr(path.c_str(), "trusted.overlay.opaque", value, sizeof value), -1);
  EXPECT_EQ(::lgetxattr(path.c_str(), "user.overlay.redirect", value, sizeof value), -1);
}

TEST_F(LayerExtractor, RefusesIdsThatDoNotExist) {
  Tar tar;
  TarEntry entry = Tar::make("f", FileType::kDirectory);
  entry.uid = 4294967295;
  tar.add(entry);
  if (::getuid() == 0) expect_refused(tar, "owner id");
}

TEST_F(LayerExtractor, RefusesNamesThatClimb) {
  Tar up;
  up.file("../outside/secret");
  expect_refused(up, "\"..\"");
  Tar middle;
  middle.file("a/../../outside/secret");
  expect_refused(middle, "\"..\"");
}

TEST_F(LayerExtractor, TakesAbsoluteNamesAsInsideTheRoot) {
  Tar tar;
  tar.file((outside() / "secret").string());
  extract(tar);
  EXPECT_EQ(read(root().string() + (outside() / "secret").string()), "new");
  expect_outside_untouched();
}

TEST_F(LayerExtractor, ResolvesLinksInPathsInsideTheRoot) {
  Tar tar;
  tar.folder("usr").folder("usr/lib").symlink("lib", "/usr/lib").file("lib/x", "x");
  tar.symlink("up", "../../../..").file("up/y", "y");
  extract(tar);
  EXPECT_EQ(read(root() / "usr/lib/x"), "x");
  EXPECT_EQ(read(root() / "y"), "y");
  EXPECT_TRUE(fs::is_symlink(root() / "lib"));
}

TEST_F(LayerExtractor, NothingLeavesThroughASymlink) {
  Tar absolute;
  absolute.symlink("door", outside().string()).file("door/secret");
  expect_refused(absolute, "needed as a folder");
  Tar relative;
  relative.symlink("door2", "../outside").file("door2/secret");
  expect_refused(relative, "needed as a folder");
  Tar chain;
  chain.symlink("one", "two").symlink("two", "three/../..").folder("three");
  chain.file("one/escaped", "inside");
  extract(chain);
  EXPECT_EQ(read(root() / "escaped"), "inside");
  Tar loop;
  loop.symlink("l1", "l2").symlink("l2", "l1").file("l1/x");
  expect_refused(loop, "needed as a folder");
  Tar magic;
  magic.symlink("self", "/proc/self/root").file("self/x");
  expect_refused(magic, "needed as a folder");
}

TEST_F(LayerExtractor, ReplacesALinkInsteadOfWritingThroughIt) {
  fs::create_symlink(outside() / "secret", root() / "f");
  fs::create_hard_link(outside() / "secret", root() / "g");
  Tar tar;
  tar.file("f").file("g");
  extract(tar);
  EXPECT_EQ(read(root() / "f"), "new");
  EXPECT_FALSE(fs::is_symlink(root() / "f"));
  EXPECT_EQ(read(root() / "g"), "new");
  expect_outside_untouched();
}

TEST_F(LayerExtractor, RefusesHardLinksOutAndToNothing) {
  Tar climbing;
  climbing.hard_link("h", "../outside/secret");
  expect_refused(climbing, "\"..\"");
  Tar through;
  through.symlink("door", "../outside").hard_link("h", "door/secret");
  expect_refused(through, "not in its layer");
  Tar absolute;
  absolute.hard_link("h", (outside() / "secret").string());
  expect_refused(absolute, "not in its layer");
  Tar itself;
  itself.file("s").hard_link("s", "s");
  expect_refused(itself, "itself");
}

TEST_F(LayerExtractor, HardLinkToASymlinkLinksTheSymlink) {
  Tar tar;
  tar.symlink("s", "/etc/passwd").hard_link("h", "s");
  extract(tar);
  EXPECT_TRUE(fs::is_symlink(root() / "h"));
}

TEST_F(LayerExtractor, RootStaysAFolder) {
  Tar link;
  link.symlink("", outside().string());
  expect_refused(link, "no folder");
  Tar file;
  file.file("");
  expect_refused(file, "a folder with content");
}

TEST_F(LayerExtractor, LaterEntryOfTheSamePathWins) {
  Tar tar;
  tar.file("f", "one").file("f", "two").folder("d").file("d/x").file("d", "file now");
  tar.file("e", "file first").folder("e").file("e/x", "in folder");
  tar.folder("swap").symlink("swap", "other").folder("other").file("swap/through", "x");
  extract(tar);
  EXPECT_EQ(read(root() / "f"), "two");
  EXPECT_EQ(read(root() / "d"), "file now");
  EXPECT_EQ(read(root() / "e/x"), "in folder");
  EXPECT_EQ(read(root() / "other/through"), "x");
}

TEST_F(LayerExtractor, WhiteoutsHideWhatIsBelowAndNotWhatIsBeside) {
  fs::create_directories(root() / "d/old/deep");
  write(root() / "d/old/deep/file", "old");
  fs::create_directory_symlink(outside(), root() / "d/old/link");
  write(root() / "kept", "old");
  fs::create_directories(root() / "opaque");
  write(root() / "opaque/old", "old");
  write(root() / "opaque/both", "old");
  Tar tar;
  tar.file("d/.wh.old", "").file("d/.wh.absent", "").file("gone/.wh.x", "");
  tar.file("opaque/both", "new").file("opaque/.wh..wh..opq", "").file("opaque/after", "new");
  tar.file(".wh..wh.plnk", "");
  extract(tar);
  EXPECT_FALSE(present(root() / "d/old"));
  EXPECT_TRUE(present(root() / "kept"));
  EXPECT_FALSE(present(root() / "opaque/old"));
  EXPECT_EQ(read(root() / "opaque/both"), "new");
  EXPECT_EQ(read(root() / "opaque/after"), "new");
  EXPECT_FALSE(present(root() / ".wh..wh.plnk"));
  expect_outside_untouched();
}

TEST_F(LayerExtractor, RefusesWhiteoutsThatNameNothing) {
  for (const char* name : {".wh.", "d/.wh.", ".wh..", "d/.wh..."}) {
    Tar tar;
    tar.file(name, "");
    expect_refused(tar, "hides nothing");
  }
}

TEST_F(LayerExtractor, MakesOverlayWhiteoutsAndOpaqueFolders) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  Tar tar;
  tar.file(".wh.gone", "").folder("o").file("o/.wh..wh..opq", "").file("p/.wh..wh..opq", "");
  tar.file(".wh.again", "").folder("again").folder("before").file(".wh.before", "");
  tar.file("f", "x").file(".wh.f", "");
  extract(tar, overlay_options());
  EXPECT_EQ(status(root() / "gone").st_mode & S_IFMT, static_cast<unsigned>(S_IFCHR));
  EXPECT_EQ(status(root() / "gone").st_rdev, makedev(0, 0));
  EXPECT_EQ(read(root() / "f"), "x");
  char value = '\0';
  for (const char* name : {"o", "p", "again", "before"}) {
    EXPECT_EQ(::lgetxattr((root() / name).c_str(), "trusted.overlay.opaque", &value, 1), 1) << name;
    EXPECT_EQ(value, 'y');
  }
}

TEST_F(LayerExtractor, RefusesAnotherDiffIdAndTooMuch) {
  Tar tar;
  tar.file("f", std::string(1'000'000, 'x'));
  const std::string text = tar.text();
  const Descriptor layer = test::add_blob(store_, text, media_type::kOciLayer);
  const DiffId other(Digest::of(as_bytes("other")));
  EXPECT_THROW(extract_layer(store_, layer, other, root(), default_options()), Error);
  ExtractOptions small = default_options();
  small.max_unpacked = 500'000;
  EXPECT_THROW(extract_layer(store_, layer, std::nullopt, root(), small), Error);
}

TEST_F(LayerExtractor, TakesNamesOfAnyBytesAndRefusesThoseTooLong) {
  Tar tar;
  tar.file("new\nline \xff\xfe", "x");
  extract(tar);
  EXPECT_EQ(read(root() / "new\nline \xff\xfe"), "x");
  Tar long_name;
  long_name.file(std::string(256, 'n'));
  EXPECT_THROW(extract(long_name), Error);
}

}  // namespace
}  // namespace bale::oci
