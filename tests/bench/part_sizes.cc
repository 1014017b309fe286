// SPDX-License-Identifier: Apache-2.0
// How long a blob takes to a registry in one stream, and in parts of several sizes.
//
//   usage: part_sizes HOST:PORT [MIB] [ROUNDS]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "oci/image_layout.h"
#include "registry/blob_pusher.h"
#include "registry/registries.h"
#include "tests/support/large_image.h"
#include "tests/support/scratch_folder.h"

namespace bale {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// 0: one stream.
constexpr std::uint64_t kPartSizes[] = {0, 4, 8, 16, 32, 64};

registry::UploadPolicy policy_for(std::uint64_t part) {
  if (part == 0) return {.stream_limit = UINT64_MAX};
  return {.stream_limit = 0, .chunk_size = part * kMiB, .smallest_chunk = part * kMiB};
}

double seconds_for(const registry::Repository& to, const oci::BlobProvider& from,
                   const oci::Descriptor& blob, std::uint64_t part) {
  const auto begin = std::chrono::steady_clock::now();
  registry::BlobPusher pusher(to, {.upload = policy_for(part)});
  pusher.start_blob(blob, from);
  pusher.wait();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The sizes take turns, so that a slow moment of the machine is no size's own.
void run(const std::string& host, std::uint64_t mib, int rounds) {
  registry::HttpClient client;
  registry::Registries registries(client);
  std::vector<std::vector<double>> times(std::size(kPartSizes));
  std::uint64_t seed = std::random_device()();  // no blob that an earlier run has sent
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < std::size(kPartSizes); ++i) {
      const test::ScratchFolder folder;
      auto layout = oci::ImageLayout::create(folder / "layout");
      const auto blob = test::add_large_blob(layout, mib * kMiB, ++seed);
      const auto to = registries.repository(oci::Reference::parse(host + "/parts"),
                                            registry::Repository::Access::kPush);
      times[i].push_back(seconds_for(to, layout, blob, kPartSizes[i]));
    }
  }
  const double stream = median(times[0]);
  for (std::size_t i = 0; i < std::size(kPartSizes); ++i) {
    const double seconds = median(times[i]);
    std::printf("%4u MiB parts  %6.2f s  %5.2f of one stream\n",
                static_cast<unsigned>(kPartSizes[i]), seconds, seconds / stream);
  }
}

}  // namespace
}  // namespace bale

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: part_sizes HOST:PORT [MIB] [ROUNDS]\n", stderr);
    return 2;
  }
  const std::uint64_t mib = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 256;
  bale::run(argv[1], mib, argc > 3 ? std::atoi(argv[3]) : 5);
}
