// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bale::registry {

/// What a token is to allow: actions by resource, as the token protocol of registries writes them.
/// A value; two sets with the same meaning are equal, so that it serves as the key of a cache.
class Scopes {
 public:
  Scopes() = default;
  static Scopes repository(std::string_view name, std::set<std::string> actions);
  /// A challenge's `scope`: `repository:a:pull,push repository:b:pull`. What has not this form is
  /// skipped.
  static Scopes parse(std::string_view text);

  bool empty() const { return actions_.empty(); }
  bool contains(const Scopes& other) const;
  /// Adds; `*` takes the place of every other action.
  void merge(const Scopes& other);
  /// One text for each resource: `repository:a:pull,push`.
  std::vector<std::string> to_strings() const;

  friend auto operator<=>(const Scopes&, const Scopes&) = default;
  friend bool operator==(const Scopes&, const Scopes&) = default;

 private:
  std::map<std::string, std::set<std::string>> actions_;  // by `repository:NAME`
};

}  // namespace bale::registry
