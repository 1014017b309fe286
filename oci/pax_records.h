// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "oci/tar_entry.h"

namespace bale::oci {

/// The records of one pax extended header (pax(1), "pax Extended Header"); of repeated keys the
/// last, of empty values none.
class PaxRecords {
 public:
  /// Throws kCorrupt.
  static PaxRecords parse(std::string_view body);

  /// Overrides what the ustar header said. Throws kCorrupt for values that make no sense, and for
  /// GNU's sparse files.
  void apply_to(TarEntry& entry) const;

 private:
  void apply(const std::string& key, const std::string& value, TarEntry& entry) const;

  std::map<std::string, std::string> records_;
};

}  // namespace bale::oci
