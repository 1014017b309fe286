// SPDX-License-Identifier: Apache-2.0
#include "builder/history_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "builder/duration.h"

namespace bale::builder {

namespace {

/// A byte as it stands between the quotes of a Go literal.
std::string escaped(char c, char quote) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    case '\v':
      return "\\v";
    case '\f':
      return "\\f";
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    default:
      break;
  }
  if (c == quote || c == '\\') return std::string("\\") + c;
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7F) return fmt::format("\\x{:02x}", byte);
  return std::string(1, c);
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) result += escaped(c, '"');
  return result + "\"";
}

std::string quoted_duration(std::int64_t nanoseconds) {
  return in_quotes(format_duration(nanoseconds));
}

/// A number where Go prints the character that has it.
std::string quoted_character(std::int64_t number) {
  const bool ascii = number >= 0 && number < 0x80;
  return ascii ? "'" + escaped(static_cast<char>(number), '\'') + "'"
               : fmt::format("'\\u{:04x}'", number);
}

}  // namespace

std::string spaced(const std::vector<std::string>& texts) {
  std::string result;
  for (const auto& text : texts) result += " " + text;
  return result;
}

std::string bracketed(const std::vector<std::string>& texts) {
  return fmt::format("[{}]", fmt::join(texts, " "));
}

std::string bracketed_quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const auto& text : texts) all.push_back(in_quotes(text));
  return bracketed(all);
}

std::string healthcheck_text(const oci::Healthcheck& check) {
  return fmt::format("&{{{} {} {} {} {} {}}}", bracketed_quoted(check.test),
                     quoted_duration(check.interval), quoted_duration(check.timeout),
                     quoted_duration(check.start_period), quoted_duration(check.start_interval),
                     quoted_character(check.retries));
}

}  // namespace bale::builder
