// SPDX-License-Identifier: Apache-2.0
#include "builder/instruction_flags.h"

#include <algorithm>

#include "builder/words.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

/// One flag as it was written, on its way to being accepted.
class WrittenFlag {
 public:
  WrittenFlag(const SourceText& source, const Node& node, std::string_view flag)
      : source_(source), node_(node) {
    const auto equals = flag.find('=');
    name_ = flag.substr(2, equals == std::string_view::npos ? equals : equals - 2);
    if (equals != std::string_view::npos) value_ = flag.substr(equals + 1);
  }

  const std::string& name() const { return name_; }

  const FlagSpec& find(std::initializer_list<FlagSpec> known) const {
    const auto spec = std::find_if(known.begin(), known.end(),
                                   [this](const FlagSpec& flag) { return flag.name == name_; });
    if (spec != known.end()) return *spec;
    std::vector<std::string> names;
    for (const auto& flag : known) names.emplace_back(flag.name);
    const std::string near = oci::nearest(name_, names);
    fail(upper(node_.keyword) + " has no flag --" + name_,
         near.empty() ? "" : "did you mean --" + near + "?");
  }

  std::string value_for(FlagSpec::Kind kind) const {
    if (kind == FlagSpec::Kind::kSwitch) return switch_value();
    if (!value_) fail("the flag --" + name_ + " needs a value", "write --" + name_ + "=VALUE");
    return *value_;
  }

  [[noreturn]] void fail(const std::string& message, std::string hint = {}) const {
    throw source_error(source_, node_.range, message, "--" + name_, std::move(hint));
  }

 private:
  std::string switch_value() const {
    if (!value_) return "true";
    if (equal_ignoring_case(*value_, "true")) return "true";
    if (equal_ignoring_case(*value_, "false")) return "false";
    fail("the flag --" + name_ + " is true or false, not \"" + *value_ + "\"");
  }

  const SourceText& source_;
  const Node& node_;
  std::string name_;
  std::optional<std::string> value_;
};

}  // namespace

InstructionFlags::InstructionFlags(const SourceText& source, const Node& node,
                                   std::initializer_list<FlagSpec> known) {
  for (const auto& text : node.flags) {
    const WrittenFlag flag(source, node, text);
    const FlagSpec& spec = flag.find(known);
    auto& values = values_[flag.name()];
    if (!values.empty() && spec.kind != FlagSpec::Kind::kList) {
      flag.fail("the flag --" + flag.name() + " is given twice");
    }
    values.push_back(flag.value_for(spec.kind));
  }
}

std::string InstructionFlags::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : found->second.front();
}

std::optional<bool> InstructionFlags::toggle(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.front() == "true";
}

std::vector<std::string> InstructionFlags::list(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace bale::builder
