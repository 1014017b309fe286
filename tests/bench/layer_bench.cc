// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <benchmark/benchmark.h>
#include <fcntl.h>

#include "oci/fd.h"
#include "oci/image_layout.h"
#include "oci/layer_extractor.h"
#include "oci/layer_writer.h"
#include "tests/bench/bench_data.h"
#include "tests/support/scratch_folder.h"

namespace bale::bench {
namespace {

oci::LayerResult write_tree(oci::BlobStore& store, oci::ThreadPool& pool,
                            const oci::LayerOptions& options) {
  oci::StringSink toc;
  oci::LayerWriter writer(store, pool, options, toc);
  for (const auto& file : tree()) {
    if (file.entry.type == oci::FileType::kRegular) {
      writer.add_file(file.entry, file.path);
    } else {
      writer.add(file.entry);
    }
  }
  return writer.finish();
}

oci::LayerOptions options_of(oci::Compression compression, int level) {
  oci::LayerOptions options;
  options.compression = compression;
  options.level = {oci::CompressionLevel::Kind::kNumber, level};
  return options;
}

void layer_write(benchmark::State& state, oci::Compression compression, int level) {
  oci::ThreadPool pool(std::thread::hardware_concurrency());
  oci::LayerResult layer{{"", oci::Digest::of({})}, oci::DiffId(oci::Digest::of({}))};
  for ([[maybe_unused]] auto _ : state) {
    const test::ScratchFolder scratch;
    auto layout = oci::ImageLayout::create(scratch.path());
    layer = write_tree(layout, pool, options_of(compression, level));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * layer.uncompressed_size));
  state.counters["MB"] = static_cast<double>(layer.descriptor.size) / 1e6;
}
BENCHMARK_CAPTURE(layer_write, none, oci::Compression::kNone, 1)->UseRealTime();
BENCHMARK_CAPTURE(layer_write, gzip_fast, oci::Compression::kGzip, 1)->UseRealTime();
BENCHMARK_CAPTURE(layer_write, gzip_default, oci::Compression::kGzip, 6)->UseRealTime();
BENCHMARK_CAPTURE(layer_write, gzip_small, oci::Compression::kGzip, 9)->UseRealTime();
BENCHMARK_CAPTURE(layer_write, zstd_default, oci::Compression::kZstd, 3)->UseRealTime();

/// Reading every file, which no layer can do without.
void layer_limit_read_files(benchmark::State& state) {
  std::vector<std::byte> buffer(oci::kChunkSize);
  std::uint64_t total = 0;
  for ([[maybe_unused]] auto _ : state) {
    for (const auto& file : tree()) {
      if (file.entry.type != oci::FileType::kRegular) continue;
      oci::FileSource source(oci::open_file(file.path, O_RDONLY));
      while (const std::size_t got = source.read(buffer)) total += got;
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(total));
}
BENCHMARK(layer_limit_read_files);

void layer_extract(benchmark::State& state, oci::Compression compression, int level) {
  oci::ThreadPool pool(std::thread::hardware_concurrency());
  const test::ScratchFolder scratch;
  auto layout = oci::ImageLayout::create(scratch.path() / "layout");
  const oci::LayerResult layer = write_tree(layout, pool, options_of(compression, level));
  int round = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto root = scratch.path() / std::to_string(round++);
    std::filesystem::create_directory(root);
    oci::extract_layer(layout, layer.descriptor, layer.diff_id, root, {});
    state.PauseTiming();
    std::filesystem::remove_all(root);
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * layer.uncompressed_size));
}
BENCHMARK_CAPTURE(layer_extract, gzip, oci::Compression::kGzip, 6)->UseRealTime();
BENCHMARK_CAPTURE(layer_extract, zstd, oci::Compression::kZstd, 3)->UseRealTime();

}  // namespace
}  // namespace bale::bench
