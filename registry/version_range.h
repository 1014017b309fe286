// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bale::registry {

/// A version as semver.org has it; a `v` before it is allowed, as tags carry it.
struct Version {
  std::array<std::uint64_t, 3> numbers = {};
  std::vector<std::string> prerelease = {};  ///< build metadata counts for nothing

  static std::optional<Version> parse(std::string_view text);

  /// By the rules of precedence: a prerelease comes before its release.
  friend std::strong_ordering operator<=>(const Version& a, const Version& b);
  friend bool operator==(const Version&, const Version&) = default;
};

/// Which versions are meant, as npm and cargo write it: `>=1.2 <2`, `^1.4`, `~1.4.2`, `1.x`,
/// `1.2 || 3`. A comma separates like a space. A prerelease is meant only where a bound of the same
/// three numbers names one.
class VersionRange {
 public:
  /// Throws kInvalid.
  static VersionRange parse(std::string_view text);

  bool contains(const Version& version) const;

 private:
  enum class Relation { kLess, kLessOrEqual, kEqual, kGreaterOrEqual, kGreater };
  struct Bound {
    Relation relation;
    Version version;
    bool holds_for(const Version& other) const;
  };
  using Alternative = std::vector<Bound>;  // all must hold
  class Parser;

  static bool holds(const Alternative& bounds, const Version& version);

  std::vector<Alternative> alternatives_;
};

}  // namespace bale::registry
