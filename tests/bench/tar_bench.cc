// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>

#include <benchmark/benchmark.h>

#include "oci/tar_header.h"
#include "oci/tar_reader.h"
#include "tests/bench/bench_data.h"

namespace bale::bench {
namespace {

std::string all_headers() {
  std::string headers;
  for (auto file : tree()) {
    file.entry.size = 0;
    append_tar_header(headers, file.entry);
  }
  return headers;
}

void count_entries(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * tree().size()));
}

void tar_write_headers(benchmark::State& state) {
  std::string headers;
  for ([[maybe_unused]] auto _ : state) {
    headers.clear();
    for (const auto& file : tree()) append_tar_header(headers, file.entry);
    benchmark::DoNotOptimize(headers.data());
  }
  count_entries(state);
}
BENCHMARK(tar_write_headers);

void tar_read_headers(benchmark::State& state) {
  const std::string headers = all_headers();
  for ([[maybe_unused]] auto _ : state) {
    oci::BytesSource source(oci::as_bytes(headers));
    oci::TarReader reader(source);
    while (const auto entry = reader.next()) benchmark::DoNotOptimize(entry->path.data());
  }
  count_entries(state);
}
BENCHMARK(tar_read_headers);

/// The bytes of the headers alone.
void tar_limit_memcpy(benchmark::State& state) {
  const std::string headers = all_headers();
  std::string copy(headers.size(), '\0');
  for ([[maybe_unused]] auto _ : state) {
    std::memcpy(copy.data(), headers.data(), headers.size());
    benchmark::ClobberMemory();
  }
  count_entries(state);
}
BENCHMARK(tar_limit_memcpy);

}  // namespace
}  // namespace bale::bench
