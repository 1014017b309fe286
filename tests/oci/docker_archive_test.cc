// SPDX-License-Identifier: Apache-2.0
#include "oci/docker_archive.h"

#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/docker_archive_writer.h"
#include "oci/document.h"
#include "oci/error.h"
#include "oci/new_file.h"
#include "oci/tar_writer.h"
#include "oci/validate.h"
#include "oci/zstd_sink.h"
#include "tests/support/peer_tool.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using nlohmann::json;

/// A docker-archive of one image with one layer, as an old `docker save` would write it.
struct TestArchive {
  std::string layer = test::make_tar({{"hello", "world"}});
  json config = {
      {"architecture", "amd64"},
      {"os", "linux"},
      {"rootfs", {{"type", "layers"}, {"diff_ids", {Digest::of(as_bytes(layer)).to_string()}}}}};
  json manifest = {{{"Config", "config.json"},
                    {"RepoTags", {"hello:v1", "docker.io/library/hello:v2"}},
                    {"Layers", {"abc/layer.tar"}}}};

  std::string tar() const {
    return test::make_tar({{"config.json", config.dump()},
                           {"abc/layer.tar", layer},
                           {"manifest.json", manifest.dump()}});
  }
};

class DockerArchiveTest : public testing::Test {
 protected:
  DockerArchive open(const std::string& tar) const {
    const auto path = scratch_ / "image.tar";
    write_file_atomically(path, tar);
    return DockerArchive::open(path);
  }
  test::ScratchFolder scratch_;
};

TEST_F(DockerArchiveTest, PresentsItsImageAsAValidOne) {
  const TestArchive test;
  const DockerArchive archive = open(test.tar());
  const auto& image = archive.resolve(std::nullopt);
  EXPECT_TRUE(validate_image(archive, image.manifest).empty());
  EXPECT_EQ(image.manifest.platform->to_string(), "linux/amd64");
  const auto manifest = read_manifest(archive, image.manifest).value;
  EXPECT_EQ(read_blob(archive, manifest.config, 10'000), test.config.dump());
  EXPECT_EQ(read_blob(archive, manifest.layers[0], 10'000), test.layer);
}

TEST_F(DockerArchiveTest, FindsAnImageByAnyOfItsNames) {
  const DockerArchive archive = open(TestArchive().tar());
  for (const char* name : {"hello:v1", "docker.io/library/hello:v1", "hello:v2"}) {
    EXPECT_NO_THROW(archive.resolve(Reference::parse(name))) << name;
  }
  try {
    archive.resolve(Reference::parse("hello"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_EQ(error.hint(), "it has hello:v1, docker.io/library/hello:v2");
  }
}

TEST_F(DockerArchiveTest, FollowsLinksInsideTheArchive) {
  const TestArchive test;
  StringSink sink;
  TarWriter tar(sink);
  TarEntry entry;
  entry.path = "config.json";
  tar.add(entry, as_bytes(test.config.dump()));
  entry.path = "manifest.json";
  tar.add(entry, as_bytes(test.manifest.dump()));
  entry.path = "other/layer.tar";
  tar.add(entry, as_bytes(test.layer));
  TarEntry link;
  link.path = "abc/layer.tar";
  link.type = FileType::kSymlink;
  link.link_target = "../other/layer.tar";
  tar.add(link);
  tar.finish();
  const DockerArchive archive = open(sink.text());
  EXPECT_TRUE(validate_image(archive, archive.images()[0].manifest).empty());
}

TEST_F(DockerArchiveTest, NeverLeavesTheArchive) {
  for (const char* target : {"/etc/passwd", "../../etc/passwd", "abc/layer.tar"}) {
    const TestArchive test;
    StringSink sink;
    TarWriter tar(sink);
    TarEntry entry;
    entry.path = "config.json";
    tar.add(entry, as_bytes(test.config.dump()));
    entry.path = "manifest.json";
    tar.add(entry, as_bytes(test.manifest.dump()));
    TarEntry link;
    link.path = "abc/layer.tar";
    link.type = FileType::kSymlink;
    link.link_target = target;
    tar.add(link);
    tar.finish();
    EXPECT_THROW(open(sink.text()), Error) << target;
  }
  TestArchive test;
  test.manifest[0]["Config"] = "../../../../../../etc/passwd";
  EXPECT_THROW(open(test.tar()), Error);
}

TEST_F(DockerArchiveTest, RefusesWhatIsBroken) {
  const std::vector<std::pair<const char*, std::function<void(TestArchive&)>>> cases = {
      {"no array", [](TestArchive& t) { t.manifest = json::object(); }},
      {"no config", [](TestArchive& t) { t.manifest[0].erase("Config"); }},
      {"config is not there", [](TestArchive& t) { t.manifest[0]["Config"] = "x"; }},
      {"layer is not there", [](TestArchive& t) { t.manifest[0]["Layers"] = {"x"}; }},
      {"layers without DiffIDs", [](TestArchive& t) { t.manifest[0]["Layers"] = json::array(); }},
      {"names are no texts", [](TestArchive& t) { t.manifest[0]["RepoTags"] = {1}; }},
      {"manifest.json over its limit",
       [](TestArchive& t) { t.manifest[0]["x"] = std::string(2 << 20, 'x'); }},
  };
  for (const auto& [name, spoil] : cases) {
    TestArchive test;
    spoil(test);
    EXPECT_THROW(open(test.tar()), Error) << name;
  }
}

TEST_F(DockerArchiveTest, WhatIsWrittenReadsAsTheSameImages) {
  MemoryStore store;
  const auto first = test::add_image(store, "linux/amd64");
  const auto second = test::add_image(store, "linux/arm64");
  StringSink sink;
  write_docker_archive(store, {{{"app:v1"}, first}, {{}, second}}, sink);
  const DockerArchive archive = open(sink.text());
  ASSERT_EQ(archive.images().size(), 2U);
  EXPECT_EQ(archive.resolve(Reference::parse("app:v1")).manifest.digest, first.digest)
      << "uncompressed layers and OCI types: nothing changes";
  for (const auto& image : archive.images()) {
    EXPECT_TRUE(validate_image(archive, image.manifest).empty());
  }
}

TEST_F(DockerArchiveTest, ReadsAnArchiveThatIsCompressedItself) {
  const test::ScratchFolder scratch;
  const TestArchive test;
  write_file_atomically(scratch / "image.tar", test.tar());
  for (const char* program : {"gzip", "zstd"}) {
    BALE_NEEDS_PEER(program);
    const std::string packed = (scratch / program).string();
    const std::string command =
        std::string(program) + " -c " + (scratch / "image.tar").string() + " > " + packed;
    ASSERT_EQ(test::run_peer("(" + command + ")").status, 0);
    const DockerArchive archive = DockerArchive::open(packed);
    EXPECT_TRUE(validate_image(archive, archive.images()[0].manifest).empty());
  }
}

TEST_F(DockerArchiveTest, RefusesToUnpackABomb) {
  const std::string path = (scratch_ / "bomb.tar.zst").string();
  const std::string zeros(std::size_t{1} << 20, '\0');
  StringSink packed;
  ZstdSink bomb(packed, {});
  for (int i = 0; i < 200; ++i) bomb.write(as_bytes(zeros));
  bomb.finish();
  std::ofstream(path, std::ios::binary) << packed.text();
  try {
    DockerArchive::open(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    EXPECT_THAT(error.what(), testing::HasSubstr("unpacks to more than"));
  }
}

TEST_F(DockerArchiveTest, ALayerThatIsNotItsDiffIdIsNoticed) {
  TestArchive test;
  test.layer[600] = 'X';
  const DockerArchive archive = open(test.tar());
  EXPECT_EQ(validate_image(archive, archive.images()[0].manifest).size(), 1U);
}

}  // namespace
}  // namespace bale::oci
