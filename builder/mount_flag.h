// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bale::builder {

/// The fields of one `RUN --mount`, keys in lower case and without their synonyms (`dst` and
/// `destination` are `target`), values not yet expanded.
struct MountFlag {
  struct Field {
    std::string key;
    std::optional<std::string> value;  ///< `ro` has none, `ro=` has ""

    friend bool operator==(const Field&, const Field&) = default;
  };
  std::vector<Field> fields;

  /// The value of the last field of that key; "" where there is none.
  std::string value_of(std::string_view key) const;

  friend bool operator==(const MountFlag&, const MountFlag&) = default;
};

/// Throws kInvalid, without a place: an unknown key (naming the nearest known one), a key that
/// lacks its value, a variable in `from`.
MountFlag parse_mount_flag(std::string_view text);

/// The fields of a line of comma-separated values, in which `"a,b"` is one.
std::vector<std::string> split_csv(std::string_view text);

}  // namespace bale::builder
