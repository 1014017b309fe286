// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <libdeflate.h>
#include <zstd.h>

#include "oci/block_compressor.h"
#include "tests/bench/bench_data.h"

namespace bale::bench {
namespace {

void report(benchmark::State& state, std::size_t packed) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sample().size()));
  state.counters["percent"] =
      100.0 * static_cast<double>(packed) / static_cast<double>(sample().size());
}

void compress(benchmark::State& state, oci::Compression compression, int level) {
  oci::LayerOptions options;
  options.compression = compression;
  options.level = {oci::CompressionLevel::Kind::kNumber, level};
  const auto compressor = oci::make_block_compressor(options);
  std::vector<std::byte> room(compressor->bound());
  std::size_t packed = 0;
  for ([[maybe_unused]] auto _ : state) {
    packed = 0;
    for (auto rest = oci::as_bytes(sample()); !rest.empty();) {
      const auto block = rest.first(std::min(rest.size(), compressor->block_size()));
      packed += compressor->compress(block, room).size();
      rest = rest.subspan(block.size());
    }
  }
  report(state, packed);
}
BENCHMARK_CAPTURE(compress, gzip_fast, oci::Compression::kGzip, 1);
BENCHMARK_CAPTURE(compress, gzip_default, oci::Compression::kGzip, 6);
BENCHMARK_CAPTURE(compress, gzip_small, oci::Compression::kGzip, 9);
BENCHMARK_CAPTURE(compress, zstd_fast, oci::Compression::kZstd, 1);
BENCHMARK_CAPTURE(compress, zstd_default, oci::Compression::kZstd, 3);
BENCHMARK_CAPTURE(compress, zstd_small, oci::Compression::kZstd, 9);

/// The library's own bulk rate, all of the sample at once.
void compress_limit_libdeflate(benchmark::State& state) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(static_cast<int>(state.range(0)));
  std::vector<char> room(sample().size() * 2);
  std::size_t packed = 0;
  for ([[maybe_unused]] auto _ : state) {
    packed = libdeflate_gzip_compress(compressor, sample().data(), sample().size(), room.data(),
                                      room.size());
  }
  libdeflate_free_compressor(compressor);
  report(state, packed);
}
BENCHMARK(compress_limit_libdeflate)->Arg(4)->Arg(6);

void compress_limit_zstd(benchmark::State& state) {
  std::vector<char> room(ZSTD_compressBound(sample().size()));
  std::size_t packed = 0;
  for ([[maybe_unused]] auto _ : state) {
    packed = ZSTD_compress(room.data(), room.size(), sample().data(), sample().size(),
                           static_cast<int>(state.range(0)));
  }
  report(state, packed);
}
BENCHMARK(compress_limit_zstd)->Arg(1)->Arg(3)->Arg(9);

}  // namespace
}  // namespace bale::bench
