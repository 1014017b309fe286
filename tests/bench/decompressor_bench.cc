// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <libdeflate.h>
#include <zstd.h>

#include "oci/block_compressor.h"
#include "oci/decompressor.h"
#include "tests/bench/bench_data.h"

namespace bale::bench {
namespace {

/// The sample as one member or frame.
std::string packed(oci::Compression compression) {
  std::string room(sample().size() * 2, '\0');
  if (compression == oci::Compression::kZstd) {
    room.resize(ZSTD_compress(room.data(), room.size(), sample().data(), sample().size(), 3));
    return room;
  }
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  room.resize(libdeflate_gzip_compress(compressor, sample().data(), sample().size(), room.data(),
                                       room.size()));
  libdeflate_free_compressor(compressor);
  return room;
}

void decompress(benchmark::State& state, oci::Compression compression) {
  const std::string input = packed(compression);
  std::vector<std::byte> buffer(oci::kChunkSize);
  for ([[maybe_unused]] auto _ : state) {
    oci::Decompressor source(std::make_unique<oci::BytesSource>(oci::as_bytes(input)));
    while (source.read(buffer) > 0) benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sample().size()));
}
BENCHMARK_CAPTURE(decompress, gzip, oci::Compression::kGzip);
BENCHMARK_CAPTURE(decompress, zstd, oci::Compression::kZstd);

void decompress_limit_zstd(benchmark::State& state) {
  const std::string input = packed(oci::Compression::kZstd);
  std::string room(sample().size(), '\0');
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(ZSTD_decompress(room.data(), room.size(), input.data(), input.size()));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sample().size()));
}
BENCHMARK(decompress_limit_zstd);

void decompress_limit_libdeflate(benchmark::State& state) {
  const std::string input = packed(oci::Compression::kGzip);
  std::string room(sample().size(), '\0');
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(libdeflate_gzip_decompress(decompressor, input.data(), input.size(),
                                                        room.data(), room.size(), nullptr));
  }
  libdeflate_free_decompressor(decompressor);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sample().size()));
}
BENCHMARK(decompress_limit_libdeflate);

}  // namespace
}  // namespace bale::bench
