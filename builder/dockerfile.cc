// SPDX-License-Identifier: Apache-2.0
#include "builder/dockerfile.h"

#include <algorithm>
#include <utility>

#include "builder/flag_words.h"
#include "builder/json_form.h"
#include "builder/words.h"

namespace bale::builder {

namespace {

/// BuildKit's limit. A longer line is a file that is no Dockerfile.
constexpr std::size_t kMaxLine = 65535;

std::string_view without_carriage_return(std::string_view line) {
  return line.substr(0, line.find_last_not_of('\r') + 1);
}

bool is_comment(std::string_view line) { return trim_left(line).starts_with('#'); }

/// A line, and whether the next one continues it.
struct Continuation {
  std::string_view text;
  bool continues = false;
};

/// An escape character at the end continues the line, unless another one stands before it.
Continuation split_continuation(std::string_view line, char escape) {
  const auto last = line.find_last_not_of(" \t");
  if (last == std::string_view::npos || line[last] != escape) return {line, false};
  if (last > 0 && line[last - 1] == escape) return {line, false};
  return {line.substr(0, last), true};
}

bool takes_heredocs(std::string_view keyword, std::string_view arguments) {
  if (equal_ignoring_case(keyword, "onbuild")) {
    const auto [trigger, rest] = split_first(arguments);
    return !equal_ignoring_case(trigger, "onbuild") &&
           takes_heredocs(trigger, split_flags(rest).rest);
  }
  const bool known = equal_ignoring_case(keyword, "run") || equal_ignoring_case(keyword, "copy") ||
                     equal_ignoring_case(keyword, "add");
  return known && !parse_json_form(arguments).is_strings();
}

/// Walks over the lines once; each method takes the lines that it needs.
class DockerfileParser {
 public:
  explicit DockerfileParser(Dockerfile& into) : into_(into), directives_(into.directives) {}

  void parse() {
    while (has_line()) parse_instruction_lines();
    if (into_.nodes.empty()) {
      throw source_error(into_.source, {1, 1}, "the Dockerfile has no instruction", {},
                         "the first one is FROM");
    }
  }

 private:
  bool has_line() const { return line_ < into_.source.line_count(); }

  std::string_view take_line() {
    const auto line = into_.source.line(++line_);
    if (line.size() > kMaxLine) fail(line_, "the line is longer than 65535 bytes");
    if (line.find('\0') != std::string_view::npos) {
      fail(line_, "the line holds a NUL byte: this is not a text file");
    }
    return line;
  }

  [[noreturn]] void fail(int first_line, std::string_view message) const {
    throw source_error(into_.source, {first_line, line_}, message);
  }

  void read_directive(std::string_view line) {
    try {
      directives_.read_line(line);
    } catch (const oci::Error& error) {
      throw at_source(error, into_.source, {line_, line_});
    }
  }

  void parse_instruction_lines() {
    auto line = without_carriage_return(take_line());
    const int first_line = line_;
    read_directive(line);
    if (is_comment(line)) return;
    auto part = split_continuation(trim_left(line), into_.directives.escape);
    std::string text(part.text);
    while (part.continues && has_line()) {
      line = without_carriage_return(take_line());
      if (is_comment(line)) continue;
      if (trim(line).empty()) {
        into_.empty_continuation_lines.push_back(line_);
        continue;
      }
      part = split_continuation(line, into_.directives.escape);
      text += part.text;
    }
    if (!trim(text).empty()) add_node(trim(text), first_line);
  }

  void add_node(std::string_view text, int first_line) {
    const auto [keyword, rest] = split_first(text);
    FlagWords words = split_flags(rest);
    Node node;
    node.keyword = keyword;
    node.flags = std::move(words.flags);
    node.arguments = words.rest;
    node.text = text;
    node.escape = into_.directives.escape;
    if (takes_heredocs(keyword, words.rest)) {
      node.heredocs = find_heredocs(text);
      for (auto& heredoc : node.heredocs) read_heredoc(heredoc, first_line);
    }
    node.range = {first_line, line_};
    into_.nodes.push_back(std::move(node));
  }

  void read_heredoc(Heredoc& heredoc, int first_line) {
    while (has_line()) {
      auto line = take_line();
      if (heredoc.strip_tabs) {
        line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      }
      if (without_carriage_return(line) == heredoc.name) return;
      heredoc.content.append(line).append("\n");
    }
    throw source_error(into_.source, {first_line, line_},
                       "the here-document \"" + heredoc.name + "\" has no end", heredoc.name,
                       "a line that holds \"" + heredoc.name + "\" and nothing else ends it");
  }

  Dockerfile& into_;
  DirectiveReader directives_;
  int line_ = 0;  ///< the last one that was taken
};

}  // namespace

Dockerfile parse_dockerfile(std::string_view text, std::string name) {
  Dockerfile dockerfile{SourceText(std::move(name), text), {}, {}, {}};
  DockerfileParser(dockerfile).parse();
  return dockerfile;
}

}  // namespace bale::builder
