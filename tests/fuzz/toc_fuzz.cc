// SPDX-License-Identifier: Apache-2.0
// From any bytes to a table of contents: nothing but oci::Error comes out, and a table that was
// read is read again after it was written.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "oci/digest.h"
#include "oci/error.h"
#include "oci/hex.h"
#include "oci/layer_toc.h"
#include "oci/toc_writer.h"

namespace bale::oci {
namespace {

void require(bool fact) {
  if (!fact) std::abort();
}

LayerToc read(std::string_view table) {
  BytesSource source(as_bytes(table));
  return read_toc(source);
}

/// A fuzzer does not guess checksums: the right one is put behind.
std::string with_checksum(std::string table) {
  return table + from_hex(Digest::of(as_bytes(table)).hex());
}

std::string written(const LayerToc& toc) {
  StringSink sink;
  TocWriter writer(sink);
  for (const auto& entry : toc.entries()) writer.add(entry);
  writer.finish();
  return sink.text();
}

}  // namespace
}  // namespace bale::oci

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bale::oci;
  try {
    const std::string table({reinterpret_cast<const char*>(data), size});
    const std::string first = written(read(with_checksum(table)));
    require(written(read(first)) == first);
  } catch (const Error&) {
  }
  return 0;
}
