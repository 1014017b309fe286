// SPDX-License-Identifier: Apache-2.0
#include "builder/healthcheck_parser.h"

#include <charconv>

#include "builder/duration.h"
#include "builder/instruction_flags.h"
#include "builder/json_form.h"
#include "builder/words.h"

namespace bale::builder {

namespace {

/// Docker's lower limit: a shorter time is a unit that was forgotten.
constexpr std::int64_t kMinimum = 1'000'000;

class HealthcheckParser {
 public:
  HealthcheckParser(const SourceText& source, const Node& node)
      : source_(source),
        node_(node),
        flags_(source, node,
               {{"interval", FlagSpec::Kind::kText},
                {"timeout", FlagSpec::Kind::kText},
                {"start-period", FlagSpec::Kind::kText},
                {"start-interval", FlagSpec::Kind::kText},
                {"retries", FlagSpec::Kind::kText}}) {}

  oci::Healthcheck parse() const {
    const auto [type, rest] = split_first(node_.arguments);
    if (equal_ignoring_case(type, "none")) return none(rest);
    if (equal_ignoring_case(type, "cmd")) return command(rest);
    fail("HEALTHCHECK is CMD or NONE, not \"" + std::string(type) + "\"", type,
         "write HEALTHCHECK [OPTIONS] CMD command");
  }

 private:
  oci::Healthcheck none(std::string_view rest) const {
    if (!rest.empty()) fail("HEALTHCHECK NONE takes no arguments", rest);
    if (!node_.flags.empty()) fail("HEALTHCHECK NONE takes no flags", node_.flags.front());
    oci::Healthcheck check;
    check.test = {"NONE"};
    return check;
  }

  oci::Healthcheck command(std::string_view rest) const {
    oci::Healthcheck check;
    check.test = test_of(rest);
    check.interval = duration("interval");
    check.timeout = duration("timeout");
    check.start_period = duration("start-period");
    check.start_interval = duration("start-interval");
    check.retries = retries();
    return check;
  }

  std::vector<std::string> test_of(std::string_view rest) const {
    const JsonForm json = parse_json_form(rest);
    if (json.kind == JsonForm::Kind::kOtherValues) {
      fail("the array of HEALTHCHECK CMD holds something that is no string", rest);
    }
    const bool missing = json.is_strings() ? json.words.empty() : rest.empty();
    if (missing) fail("the command after HEALTHCHECK CMD is missing", {});
    if (!json.is_strings()) return {"CMD-SHELL", std::string(rest)};
    std::vector<std::string> test = {"CMD"};
    test.insert(test.end(), json.words.begin(), json.words.end());
    return test;
  }

  std::int64_t duration(const std::string& name) const {
    const std::string text = flags_.text(name);
    if (text.empty()) return 0;
    const auto value = parse_duration(text);
    if (!value) {
      fail("--" + name + "=" + text + " is no duration", text, "write 30s, 1m30s or 500ms");
    }
    if (*value != 0 && *value < kMinimum) fail("--" + name + " is less than 1ms", text);
    return *value;
  }

  std::int64_t retries() const {
    const std::string text = flags_.text("retries");
    if (text.empty()) return 0;
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) {
      fail("--retries is a number, 0 or more, not \"" + text + "\"", text);
    }
    return value;
  }

  [[noreturn]] void fail(const std::string& message, std::string_view word,
                         std::string hint = {}) const {
    throw source_error(source_, node_.range, message, word, std::move(hint));
  }

  const SourceText& source_;
  const Node& node_;
  InstructionFlags flags_;
};

}  // namespace

oci::Healthcheck parse_healthcheck(const SourceText& source, const Node& node) {
  return HealthcheckParser(source, node).parse();
}

}  // namespace bale::builder
