// SPDX-License-Identifier: Apache-2.0
#include "builder/downloads.h"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/fd.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

/// A server with one file.
class OneFile final : public HttpFetcher {
 public:
  HttpAnswer get(const std::string& url, const HttpValidators& known,
                 const std::stop_token&) override {
    requests.push_back(url + " " + known.etag + known.last_modified);
    const HttpValidators now{etag, last_modified};
    if (!known.empty() && known.etag == now.etag && known.last_modified == now.last_modified) {
      return {now, nullptr};
    }
    return {now, std::make_unique<oci::BytesSource>(oci::as_bytes(content))};
  }

  std::string content = "content";
  std::string etag = "\"1\"";
  std::string last_modified;
  std::vector<std::string> requests;
};

class DownloadsTest : public testing::Test {
 protected:
  /// As a process of its own would.
  Download get(const std::optional<oci::Digest>& checksum = std::nullopt) {
    return Downloads(folder_.path(), server_).get("https://h/f", checksum, {});
  }
  std::string text(const Download& download) { return oci::read_file(download.path, 100); }

  test::ScratchFolder folder_;
  OneFile server_;
};

TEST_F(DownloadsTest, KeepWhatHasNotChanged) {
  EXPECT_EQ(text(get()), "content");
  EXPECT_EQ(text(get()), "content");
  EXPECT_EQ(server_.requests, (std::vector<std::string>{"https://h/f ", "https://h/f \"1\""}));
}

TEST_F(DownloadsTest, FetchWhatHasChanged) {
  get();
  server_.content = "other";
  server_.etag = "\"2\"";
  EXPECT_EQ(text(get()), "other");
}

TEST_F(DownloadsTest, FetchEachTimeWhereTheServerSaysNothing) {
  server_.etag = "";
  get();
  server_.content = "other";
  EXPECT_EQ(text(get()), "other");
}

TEST_F(DownloadsTest, TakeTheTimeFromTheServer) {
  EXPECT_EQ(get().modified, (oci::FileTime{0, 0}));
  server_.etag = "";
  server_.last_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(get().modified, (oci::FileTime{784111777, 0}));
}

TEST_F(DownloadsTest, AskForNothingWhereTheChecksumIsKnown) {
  const auto checksum = oci::Digest::of(oci::as_bytes(server_.content));
  EXPECT_EQ(text(get(checksum)), "content");
  EXPECT_EQ(text(get(checksum)), "content");
  EXPECT_EQ(server_.requests.size(), 1U);
}

TEST_F(DownloadsTest, RefuseAnotherChecksum) {
  const auto checksum = oci::Digest::of(oci::as_bytes("other"));
  try {
    get(checksum);
    FAIL() << "the checksum is another";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
  }
  server_.content = "other";
  EXPECT_EQ(text(get(checksum)), "other");
}

TEST_F(DownloadsTest, FetchAgainWhatWasRemoved) {
  std::filesystem::remove(get().path);
  EXPECT_EQ(text(get()), "content");
}

TEST_F(DownloadsTest, FetchAgainWhereTheRecordIsDamaged) {
  get();
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().extension() == ".json") std::ofstream(entry.path()) << "{";
  }
  EXPECT_EQ(text(get()), "content");
}

TEST(FileNameOf, IsTheLastPartOfThePath) {
  EXPECT_EQ(file_name_of("https://h/a/b.tar.gz"), "b.tar.gz");
  EXPECT_EQ(file_name_of("https://h/a/b?x=/y#z/w"), "b");
  EXPECT_EQ(file_name_of("https://h/a%20b%2"), "a b%2");
  EXPECT_EQ(file_name_of("https://h/"), "");
  EXPECT_EQ(file_name_of("https://h"), "");
  EXPECT_EQ(file_name_of("https://h/.."), "");
  EXPECT_EQ(file_name_of("https://h/%2e%2e%2fetc"), "");
  EXPECT_EQ(file_name_of("https://h/a%00b"), "");
}

}  // namespace
}  // namespace bale::builder
