// SPDX-License-Identifier: Apache-2.0
#include "oci/image_layout.h"

#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/validate.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

namespace fs = std::filesystem;
using test::add_blob;
using test::add_image;
using test::ScratchFolder;

std::vector<std::string> files_under(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.push_back(fs::relative(entry.path(), folder).string());
  }
  return names;
}

TEST(ImageLayout, IsMadeAtTheFirstWriteAndIsWhatTheSpecificationSays) {
  const ScratchFolder scratch;
  {
    ImageLayout layout = ImageLayout::create(scratch / "image");
    EXPECT_FALSE(fs::exists(scratch / "image"));
    EXPECT_TRUE(layout.index().manifests.empty());
    layout.set_tag("v1", add_image(layout, "linux/amd64"));
  }
  EXPECT_EQ(read_file(scratch / "image/oci-layout", 100), R"({"imageLayoutVersion":"1.0.0"})");
  const ImageLayout layout = ImageLayout::open(scratch / "image");
  const auto found = layout.find("v1");
  ASSERT_TRUE(found);
  EXPECT_EQ(ref_name(*found), "v1");
  EXPECT_EQ(read_manifest(layout, *found).value.layers.size(), 2U);
}

TEST(ImageLayout, LeavesNothingButTheLayoutBehind) {
  const ScratchFolder scratch;
  {
    ImageLayout layout = ImageLayout::create(scratch / "image");
    layout.set_tag("v1", add_blob(layout, "{}", "application/json"));
    layout.create_blob()->write(as_bytes("given up"));
  }
  EXPECT_THAT(files_under(scratch / "image"),
              testing::UnorderedElementsAre(
                  "blobs", "blobs/sha256", "oci-layout", "index.json",
                  "blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"));
}

TEST(ImageLayout, OpenRefusesWhatIsNoLayout) {
  const ScratchFolder scratch;
  EXPECT_THROW(ImageLayout::open(scratch.path()), Error);
  std::ofstream(scratch / "oci-layout") << R"({"imageLayoutVersion":"2.0.0"})";
  try {
    ImageLayout::open(scratch.path());
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  }
}

TEST(ImageLayout, ReadingWritesNothing) {
  const ScratchFolder scratch;
  Descriptor image = [&] {
    ImageLayout layout = ImageLayout::create(scratch / "image");
    Descriptor made = add_image(layout, "linux/amd64");
    layout.set_tag("v1", made);
    return made;
  }();
  const auto before = files_under(scratch / "image");
  const auto written = fs::last_write_time(scratch / "image");
  const ImageLayout layout = ImageLayout::open(scratch / "image");
  layout.resolve("");
  layout.find(image.digest);
  read_manifest(layout, image);
  EXPECT_EQ(files_under(scratch / "image"), before);
  EXPECT_EQ(fs::last_write_time(scratch / "image"), written);
}

TEST(ImageLayout, ATagMovesAndIsRemoved) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  const auto first = add_image(layout, "linux/amd64", "1");
  const auto second = add_image(layout, "linux/amd64", "2");
  layout.set_tag("v1", first);
  layout.set_tag("v1", second);
  ASSERT_EQ(layout.index().manifests.size(), 1U);
  EXPECT_EQ(layout.find("v1")->digest, second.digest);
  EXPECT_TRUE(layout.remove_tag("v1"));
  EXPECT_FALSE(layout.remove_tag("v1"));
  EXPECT_FALSE(layout.find("v1"));
}

TEST(ImageLayout, KeepsWhatOthersWroteIntoTheIndex) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  const auto kept = add_image(layout, "linux/amd64", "1");
  const std::string entry =
      R"({"size":)" + std::to_string(kept.size) + R"(,"x.entry":{"n":[1.5]},)" + R"("digest":")" +
      kept.digest.to_string() + R"(","mediaType":")" + kept.media_type.to_string() + R"("})";
  std::ofstream(scratch / "image/index.json")
      << R"({"x.first":true,"manifests":[)" << entry << R"(],"schemaVersion":2,"x.last":"y"})";
  layout.set_tag("v1", add_image(layout, "linux/amd64", "2"));
  layout.remove_tag("v1");
  EXPECT_EQ(read_file(scratch / "image/index.json", 1000),
            R"({"x.first":true,"manifests":[)" + entry + R"(],"schemaVersion":2,"x.last":"y"})");
}

TEST(ImageLayout, AnImageWithoutATagHasNoEmptyName) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  layout.set_tag("v1", add_image(layout, "linux/amd64", "1"));
  const auto nameless = add_image(layout, "linux/amd64", "2");
  layout.set_tag("", nameless);
  EXPECT_EQ(layout.find("")->digest, nameless.digest);
  EXPECT_TRUE(layout.find("")->annotations.empty());
  EXPECT_EQ(layout.index().manifests.size(), 2U);
}

TEST(ImageLayout, WhatRefersToAnImageIsNotTheImage) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  auto referrer = add_image(layout, "linux/amd64", "signature");
  referrer.artifact_type = "application/vnd.test";
  const auto image = add_image(layout, "linux/amd64", "1");
  layout.update([&](Index& index) { index.manifests = {referrer, image}; });
  EXPECT_EQ(layout.resolve("").digest, image.digest);
  const auto next = add_image(layout, "linux/amd64", "2");
  layout.set_tag("", next);
  EXPECT_EQ(layout.find("")->digest, next.digest);
  EXPECT_TRUE(layout.remove_tag(""));
  ASSERT_EQ(layout.index().manifests.size(), 1U);
  EXPECT_EQ(layout.resolve("").digest, referrer.digest);  // alone it is meant
}

TEST(ImageLayout, FindsADocumentThatOnlyItsDigestNames) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  const auto index = test::add_index(layout, {"linux/amd64", "linux/arm64"});
  layout.set_tag("v1", index);
  const auto child = read_index(layout, index).value.manifests[1];
  const auto found = layout.find(child.digest);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->media_type, child.media_type);
  EXPECT_EQ(found->size, child.size);
  const auto layer = add_blob(layout, "no document", media_type::kOciLayer);
  EXPECT_FALSE(layout.find(layer.digest));
}

TEST(ImageLayout, ResolveTellsWhatThereIs) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  layout.set_tag("v1.0", add_image(layout, "linux/amd64", "1"));
  layout.set_tag("v2.0", add_image(layout, "linux/amd64", "2"));
  try {
    layout.resolve("v1.1");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_EQ(error.hint(), "did you mean \"v1.0\"?");
  }
  try {
    layout.resolve("");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.hint(), "name one of v1.0, v2.0");
  }
}

TEST(ImageLayout, ABlobThatWasCutShortIsWrittenAgain) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  const auto blob = add_blob(layout, "all of it", media_type::kOciLayer);
  const auto file = scratch.path() / "image/blobs/sha256" / blob.digest.hex();
  fs::resize_file(file, 3);
  EXPECT_THROW(read_blob(layout, blob, 100), Error);
  add_blob(layout, "all of it", media_type::kOciLayer);
  EXPECT_EQ(read_blob(layout, blob, 100), "all of it");
}

TEST(ImageLayout, WaitsForNoPipeThatStandsWhereABlobShould) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  const auto blob = add_blob(layout, "{}", media_type::kOciConfig);
  const auto file = scratch.path() / "image/blobs/sha256" / blob.digest.hex();
  fs::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_THROW(read_blob(layout, blob, 100), Error);
}

TEST(ImageLayout, WaitsForNoPipeThatStandsForAFileOfTheLayout) {
  for (const char* name : {"index.json", "oci-layout"}) {
    const ScratchFolder scratch;
    ImageLayout layout = ImageLayout::create(scratch / "image");
    layout.set_tag("v1", add_image(layout, "linux/amd64"));
    const auto file = scratch.path() / "image" / name;
    fs::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    EXPECT_THROW(ImageLayout::open(scratch / "image").index(), Error) << name;
    const auto faults = validate_layout(scratch / "image");
    ASSERT_EQ(faults.size(), 1U) << name;
    EXPECT_EQ(faults[0].place, name);
  }
}

TEST(ImageLayout, ABlobThatGoesOnAfterItsSizeIsRefused) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  const auto blob = add_blob(layout, "all of it", media_type::kOciLayer);
  std::ofstream(scratch.path() / "image/blobs/sha256" / blob.digest.hex(), std::ios::app) << "!";
  EXPECT_THROW(read_blob(layout, blob, 100), Error);
}

TEST(ImageLayout, AnEditThatThrowsChangesNothing) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  layout.set_tag("v1", add_image(layout, "linux/amd64"));
  EXPECT_THROW(layout.update([](Index& all) {
    all.manifests.clear();
    throw Error(ErrorCode::kFailed, "no");
  }),
               Error);
  EXPECT_TRUE(layout.find("v1"));
}

TEST(ImageLayout, SixteenProcessesAddSixteenTags) {
  const ScratchFolder scratch;
  std::vector<pid_t> children;
  for (int i = 0; i < 16; ++i) {
    const pid_t pid = fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      try {
        ImageLayout layout = ImageLayout::create(scratch / "image");
        const std::string name = "v" + std::to_string(i);
        layout.set_tag(name, add_image(layout, "linux/amd64", name));
      } catch (const std::exception& error) {
        fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
      _exit(0);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const ImageLayout layout = ImageLayout::open(scratch / "image");
  EXPECT_EQ(layout.index().manifests.size(), 16U);
  for (const auto& entry : layout.index().manifests) read_manifest(layout, entry);
}

TEST(ImageLayout, SixteenThreadsShareOneObject) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&layout, i] {
        const std::string name = "v" + std::to_string(i);
        layout.set_tag(name, add_image(layout, "linux/amd64", name));
      });
    }
  }
  EXPECT_EQ(layout.index().manifests.size(), 16U);
}

}  // namespace
}  // namespace bale::oci
