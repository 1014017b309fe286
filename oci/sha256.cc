// SPDX-License-Identifier: Apache-2.0
#include "oci/sha256.h"

#ifdef __x86_64__

#include <algorithm>
#include <cstring>

#include <cpuid.h>
#include <immintrin.h>

namespace bale::oci {

namespace {

/// FIPS 180-4, 4.2.2.
alignas(16) constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

__m128i* in_register(std::array<std::uint32_t, 4>& words) {
  return reinterpret_cast<__m128i*>(words.data());
}

struct Registers {
  __m128i feba;
  __m128i hgdc;
};

std::byte byte_of(std::uint64_t number, unsigned place) {
  return static_cast<std::byte>(number >> (8 * place));
}

}  // namespace

/// FIPS 180-4, 6.2.2, for one or two digests that take in the same blocks. The message schedule is
/// computed once for both; and a round waits for the one before, so the rounds of two digests,
/// which do not wait for each other, take less than twice the time of one.
template <std::size_t kDigests>
[[gnu::target("sha,sse4.1")]] void Sha256::take_in(const std::array<Words*, kDigests>& digests,
                                                   Bytes bytes) {
  const std::byte* blocks = bytes.data();
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  std::array<Registers, kDigests> now;
  for (std::size_t i = 0; i < kDigests; ++i) {
    now[i].feba = _mm_load_si128(in_register(digests[i]->feba));
    now[i].hgdc = _mm_load_si128(in_register(digests[i]->hgdc));
  }
  for (const std::byte* const end = blocks + bytes.size() / kBlock * kBlock; blocks != end;
       blocks += kBlock) {
    const auto before = now;
    __m128i schedule[4];  // its last sixteen words
#pragma GCC unroll 16
    for (std::size_t four = 0; four < 16; ++four) {
      __m128i& words = schedule[four % 4];
      if (four < 4) {
        const auto* message = reinterpret_cast<const __m128i*>(blocks + 16 * four);
        words = _mm_shuffle_epi8(_mm_loadu_si128(message), big_endian);
      } else {
        const __m128i last = schedule[(four + 3) % 4];
        const __m128i seven_ago = _mm_alignr_epi8(last, schedule[(four + 2) % 4], 4);
        const __m128i first = _mm_sha256msg1_epu32(words, schedule[(four + 1) % 4]);
        words = _mm_sha256msg2_epu32(_mm_add_epi32(first, seven_ago), last);
      }
      const auto* constants = reinterpret_cast<const __m128i*>(&kRoundConstants[4 * four]);
      const __m128i two_rounds = _mm_add_epi32(words, _mm_load_si128(constants));
      const __m128i two_more = _mm_shuffle_epi32(two_rounds, 0x0e);
#pragma GCC unroll 2
      for (auto& each : now) each.hgdc = _mm_sha256rnds2_epu32(each.hgdc, each.feba, two_rounds);
#pragma GCC unroll 2
      for (auto& each : now) each.feba = _mm_sha256rnds2_epu32(each.feba, each.hgdc, two_more);
    }
    for (std::size_t i = 0; i < kDigests; ++i) {
      now[i].feba = _mm_add_epi32(now[i].feba, before[i].feba);
      now[i].hgdc = _mm_add_epi32(now[i].hgdc, before[i].hgdc);
    }
  }
  for (std::size_t i = 0; i < kDigests; ++i) {
    _mm_store_si128(in_register(digests[i]->feba), now[i].feba);
    _mm_store_si128(in_register(digests[i]->hgdc), now[i].hgdc);
  }
}

bool Sha256::is_available() {
  static const bool available = [] {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    constexpr unsigned kSha = 1U << 29;  // in EBX of leaf 7; such processors have SSE 4.1 too
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & kSha) != 0;
  }();
  return available;
}

void Sha256::update(Bytes bytes) {
  bytes = bytes.subspan(fill_up(bytes));
  take_in<1>({&words_}, bytes);
  keep_rest(bytes);
}

void Sha256::update(Sha256& one, Sha256& other, Bytes bytes) {
  if (one.size_ % kBlock != 0 || other.size_ % kBlock != 0) {
    one.update(bytes);
    other.update(bytes);
    return;
  }
  take_in<2>({&one.words_, &other.words_}, bytes);
  one.keep_rest(bytes);
  other.keep_rest(bytes);
}

/// FIPS 180-4, 5.1.1: a one, zeros, and the length in bits.
std::array<std::byte, 32> Sha256::finish() {
  const std::uint64_t bits = size_ * 8;
  std::array<std::byte, 2 * kBlock> padding{std::byte{0x80}};
  const std::size_t used = size_ % kBlock;
  const std::size_t size = (used < kBlock - 8 ? 1 : 2) * kBlock - used;
  for (unsigned i = 0; i < 8; ++i) padding[size - 1 - i] = byte_of(bits, i);
  update(Bytes(padding).first(size));
  const auto& [f, e, b, a] = words_.feba;
  const auto& [h, g, d, c] = words_.hgdc;
  std::array<std::byte, 32> digest;
  auto at = digest.begin();
  for (const std::uint32_t word : {a, b, c, d, e, f, g, h})
    for (unsigned place = 4; place-- > 0;) *at++ = byte_of(word, place);
  return digest;
}

/// How many of the bytes went to those that waited for a block.
std::size_t Sha256::fill_up(Bytes bytes) {
  const std::size_t used = size_ % kBlock;
  if (used == 0) return 0;
  const std::size_t count = std::min(bytes.size(), kBlock - used);
  std::memcpy(rest_.data() + used, bytes.data(), count);
  size_ += count;
  if (used + count == kBlock) take_in<1>({&words_}, rest_);
  return count;
}

/// What is behind the whole blocks of bytes that start a block.
void Sha256::keep_rest(Bytes bytes) {
  const Bytes rest = bytes.last(bytes.size() % kBlock);
  if (!rest.empty()) std::memcpy(rest_.data(), rest.data(), rest.size());
  size_ += bytes.size();
}

}  // namespace bale::oci

#else

#include "oci/error.h"

namespace bale::oci {

namespace {

[[noreturn]] void fail() { throw Error(ErrorCode::kFailed, "no instructions for SHA-256"); }

}  // namespace

bool Sha256::is_available() { return false; }
void Sha256::update(Bytes) { fail(); }
void Sha256::update(Sha256&, Sha256&, Bytes) { fail(); }
std::array<std::byte, 32> Sha256::finish() { fail(); }

}  // namespace bale::oci

#endif
