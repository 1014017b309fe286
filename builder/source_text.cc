// SPDX-License-Identifier: Apache-2.0
#include "builder/source_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "builder/words.h"
#include "oci/printable.h"

namespace bale::builder {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// What of a line is shown: a long line (a minified script, a key) would bury the message.
constexpr std::size_t kShownWidth = 160;

struct Mark {
  int line;
  std::size_t column;
  std::size_t length;
};

/// Where the word stands as a word of its own.
std::size_t find_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool starts = at == 0 || is_blank(line[at - 1]);
    if (starts && (end == line.size() || is_blank(line[end]))) return at;
  }
  return std::string_view::npos;
}

std::size_t find_anywhere(std::string_view line, std::string_view word) { return line.find(word); }

Mark find_mark(const SourceText& source, SourceRange range, std::string_view word) {
  for (const auto find : {find_word, find_anywhere}) {
    for (int number = range.first_line; !word.empty() && number <= range.last_line; ++number) {
      const auto at = find(source.line(number), word);
      if (at != std::string_view::npos) return {number, at, word.size()};
    }
  }
  const auto line = source.line(range.first_line);
  const auto text = trim(line);
  return {range.first_line, static_cast<std::size_t>(text.data() - line.data()), text.size()};
}

/// As many columns as the text takes. Tabs stay tabs, so that the carets stand under what they
/// mark.
std::string blanks_as_wide_as(std::string_view text) {
  std::string blanks;
  for (const char c : text) {
    const bool continues_a_character = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues_a_character) blanks += c == '\t' ? '\t' : ' ';
  }
  return blanks;
}

}  // namespace

SourceText::SourceText(std::string name, std::string_view text) : name_(std::move(name)) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text_ = text;
  for (std::size_t at = 0; at < text_.size();) {
    starts_.push_back(at);
    at = std::min(text_.find('\n', at), text_.size() - 1) + 1;
  }
}

std::string_view SourceText::line(int number) const {
  if (number < 1 || number > line_count()) return {};
  const auto start = starts_[static_cast<std::size_t>(number) - 1];
  return std::string_view(text_).substr(start, text_.find('\n', start) - start);
}

std::string mark_source(const SourceText& source, SourceRange range, std::string_view word) {
  const Mark mark = find_mark(source, range, word);
  const auto line = source.line(mark.line);
  // A mark far to the right moves the window along with it.
  const auto from = mark.column + mark.length <= kShownWidth ? 0 : mark.column;
  const auto shown = line.substr(from, kShownWidth);
  const auto lead = shown.substr(0, mark.column - from);
  const auto marked = shown.substr(lead.size(), mark.length);
  const auto carets = std::max<std::size_t>(1, blanks_as_wide_as(oci::printable(marked)).size());
  return fmt::format("{:>5} | {}\n      | {}{:^>{}}", mark.line,
                     oci::printable(shown.substr(0, shown.find_last_not_of(kBlanks) + 1)),
                     blanks_as_wide_as(oci::printable(lead)), "", carets);
}

int marked_line(const SourceText& source, SourceRange range, std::string_view word) {
  return find_mark(source, range, word).line;
}

oci::Error source_error(const SourceText& source, SourceRange range, std::string_view message,
                        std::string_view word, std::string hint) {
  return at_source(oci::Error(oci::ErrorCode::kInvalid, std::string(message), std::move(hint)),
                   source, range, word);
}

oci::Error at_source(const oci::Error& error, const SourceText& source, SourceRange range,
                     std::string_view word) {
  std::string detail = mark_source(source, range, word);
  if (!error.detail().empty()) detail += "\n" + error.detail();
  return oci::Error(
      error.code(),
      fmt::format("{}:{}: {}", source.name(), marked_line(source, range, word), error.what()),
      error.hint(), std::move(detail));
}

}  // namespace bale::builder
