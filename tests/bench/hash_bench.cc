// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "oci/digest.h"
#include "oci/twin_hasher.h"
#include "tests/bench/bench_data.h"

namespace bale::bench {
namespace {

void count_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
}

std::string_view piece(const benchmark::State& state) {
  return std::string_view(sample()).substr(0, static_cast<std::size_t>(state.range(0)));
}

void hash_digest_of(benchmark::State& state) {
  const std::string_view text = piece(state);
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(oci::Digest::of(oci::as_bytes(text)));
  count_bytes(state, text.size());
}
BENCHMARK(hash_digest_of)->Arg(1024)->Arg(16384)->Arg(1 << 20);

/// A stream and a content in it: two digests of the same bytes.
void hash_twins(benchmark::State& state) {
  const std::string_view text = piece(state);
  for ([[maybe_unused]] auto _ : state) {
    oci::TwinHasher hasher;
    hasher.update_content(oci::as_bytes(text));
    benchmark::DoNotOptimize(hasher.finish_content());
    benchmark::DoNotOptimize(hasher.finish());
  }
  count_bytes(state, text.size());
}
BENCHMARK(hash_twins)->Arg(1024)->Arg(16384)->Arg(1 << 20);

/// What `openssl speed -evp sha256` measures: one context, no digest text.
void hash_limit_openssl(benchmark::State& state) {
  const std::string_view text = piece(state);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  unsigned char hash[EVP_MAX_MD_SIZE];
  for ([[maybe_unused]] auto _ : state) {
    EVP_DigestInit_ex2(context, EVP_sha256(), nullptr);
    EVP_DigestUpdate(context, text.data(), text.size());
    EVP_DigestFinal_ex(context, hash, nullptr);
    benchmark::DoNotOptimize(hash);
  }
  EVP_MD_CTX_free(context);
  count_bytes(state, text.size());
}
BENCHMARK(hash_limit_openssl)->Arg(1024)->Arg(16384)->Arg(1 << 20);

void hash_limit_memcpy(benchmark::State& state) {
  const std::string_view text = piece(state);
  std::vector<char> copy(text.size());
  for ([[maybe_unused]] auto _ : state) {
    std::memcpy(copy.data(), text.data(), text.size());
    benchmark::ClobberMemory();
  }
  count_bytes(state, text.size());
}
BENCHMARK(hash_limit_memcpy)->Arg(1 << 20);

}  // namespace
}  // namespace bale::bench
