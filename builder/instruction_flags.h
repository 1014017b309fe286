// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/node.h"
#include "builder/source_text.h"

namespace bale::builder {

struct FlagSpec {
  enum class Kind {
    kText,    ///< `--x=VALUE`, once
    kSwitch,  ///< `--x`, `--x=true`, `--x=false`, once
    kList,    ///< `--x=VALUE`, any number of times
  };
  std::string_view name;
  Kind kind;
};

/// The flags of one instruction, checked against those that it knows.
class InstructionFlags {
 public:
  /// Throws kInvalid with the marked line: an unknown flag (naming the nearest known one), a value
  /// missing or wrong, a flag given twice.
  InstructionFlags(const SourceText& source, const Node& node,
                   std::initializer_list<FlagSpec> known);

  /// "" where the flag was not given.
  std::string text(std::string_view name) const;
  std::optional<bool> toggle(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace bale::builder
