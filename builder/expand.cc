// SPDX-License-Identifier: Apache-2.0
#include "builder/expand.h"

#include <algorithm>
#include <utility>

#include "builder/glob_substitution.h"
#include "builder/words.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

constexpr int kMaxDepth = 100;

constexpr char kEnd = '\0';

[[noreturn]] void fail(const std::string& message, std::string hint = {}) {
  throw oci::Error(oci::ErrorCode::kInvalid, message, std::move(hint));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_byte(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
/// The shell's own variables; a Dockerfile has none of them, and they expand to nothing.
bool is_special_parameter(char c) {
  return std::string_view("@*#?-$!0").find(c) != std::string_view::npos;
}

/// The text that grows, and beside it the words that it falls into.
class Output {
 public:
  /// Blanks in it end a word.
  void add_unquoted(std::string_view text) {
    for (const char c : text) {
      if (is_blank(c)) {
        end_word();
      } else {
        word_ += c;
      }
    }
    grow(text);
  }

  void add_quoted(std::string_view text) {
    word_ += text;
    grow(text);
  }

  const std::string& text() const { return text_; }
  std::string take_text() { return std::move(text_); }
  std::vector<std::string> take_words() {
    end_word();
    return std::move(words_);
  }

 private:
  void grow(std::string_view text) {
    text_ += text;
    if (text_.size() > kMaxExpanded) fail("the value grows over 1 MiB when it is expanded");
  }

  void end_word() {
    if (!word_.empty()) words_.push_back(std::exchange(word_, {}));
  }

  std::string text_;
  std::string word_;
  std::vector<std::string> words_;
};

/// Whether an escape character stays in the text: in patterns, which have escapes of their own.
enum class Escapes { kProcess, kKeep };

class Expander {
 public:
  Expander(std::string_view text, const VariableLookup& lookup, char escape, Quotes quotes)
      : text_(text), lookup_(lookup), escape_(escape), quotes_(quotes) {}

  Expansion expand() {
    Output output = until(kEnd, Escapes::kProcess);
    Expansion result{output.text(), output.take_words(), std::move(unset_)};
    return result;
  }

 private:
  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? kEnd : text_[at_]; }
  char take() { return done() ? kEnd : text_[at_++]; }
  bool take_if(char c) {
    if (done() || peek() != c) return false;
    ++at_;
    return true;
  }

  /// Everything up to the character `stop`, which is taken as well; `kEnd` stops at the end.
  Output until(char stop, Escapes escapes) {
    if (++depth_ > kMaxDepth) fail("variables are nested over 100 deep");
    const Escapes outer = std::exchange(escapes_, escapes);
    Output output;
    while (!done() && !(stop != kEnd && peek() == stop)) add_next(output);
    if (stop != kEnd && !take_if(stop)) {
      fail(std::string("syntax error: missing '") + stop + "' of ${}");
    }
    escapes_ = outer;
    --depth_;
    return output;
  }

  void add_next(Output& output) {
    const char c = peek();
    if (c == '$') {
      output.add_unquoted(dollar());
    } else if (quotes_ == Quotes::kProcess && c == '\'') {
      output.add_quoted(single_quoted());
    } else if (quotes_ == Quotes::kProcess && c == '"') {
      output.add_quoted(double_quoted());
    } else if (c == escape_) {
      output.add_quoted(escaped());
    } else {
      output.add_unquoted(std::string_view(&text_[at_++], 1));
    }
  }

  std::string escaped() {
    std::string result;
    const char c = take();
    if (escapes_ == Escapes::kKeep) result += c;
    if (!done()) result += take();
    return result;
  }

  std::string single_quoted() {
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) fail("syntax error: a ' has no end");
    const auto inner = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::string(inner);
  }

  std::string double_quoted() {
    std::string result;
    take();
    while (!take_if('"')) {
      if (done()) fail("syntax error: a \" has no end");
      if (peek() == '$') {
        result += dollar();
        continue;
      }
      const char c = take();
      const char next = peek();
      const bool escapes = c == escape_ && !done();
      if (escapes && escapes_ == Escapes::kKeep) result += c;
      // Only these can be escaped between double quotes; before all else the escape is itself.
      result += escapes && (next == '"' || next == '$' || next == escape_) ? take() : c;
    }
    return result;
  }

  std::string dollar() {
    take();
    if (take_if('{')) return braced();
    const std::string name = take_name();
    return name.empty() ? "$" : value_or_empty(name);
  }

  std::string take_name() {
    const auto start = at_;
    if (is_digit(peek())) {
      while (is_digit(peek())) take();
    } else if (!done() && is_special_parameter(peek())) {
      take();
    } else {
      while (is_name_byte(peek())) take();
    }
    return std::string(text_.substr(start, at_ - start));
  }

  std::string braced() {
    const char first = peek();
    if (done()) fail("syntax error: missing '}' of ${}");
    if (first == '{' || first == '}' || first == ':') fail("syntax error: bad substitution");
    const std::string name = take_name();
    if (name.empty()) fail("syntax error: bad substitution");
    if (done()) fail("syntax error: missing '}' of ${}");
    const char modifier = take();
    switch (modifier) {
      case '}':
        return value_or_empty(name);
      case ':':
        return with_default(name, take(), Empty::kCountsAsUnset);
      case '-':
      case '+':
      case '?':
        return with_default(name, modifier, Empty::kIsAValue);
      case '#':
      case '%':
        return trimmed(name, modifier);
      case '/':
        return replaced(name);
      default:
        fail_modifier(std::string(1, modifier));
    }
  }

  enum class Empty { kIsAValue, kCountsAsUnset };

  std::string with_default(const std::string& name, char modifier, Empty empty) {
    const bool known = modifier == '-' || modifier == '+' || modifier == '?';
    if (!known) fail_modifier(std::string(":") + (modifier == kEnd ? ' ' : modifier));
    const std::string word = until('}', Escapes::kProcess).take_text();
    const auto value = lookup_(name);
    const bool set = value && (empty == Empty::kIsAValue || !value->empty());
    switch (modifier) {
      case '-':
        return set ? *value : word;
      case '+':
        return set ? word : "";
      default:
        if (set) return *value;
        fail(name + ": " + required_message(word, value.has_value()));
    }
  }

  static std::string required_message(const std::string& word, bool is_empty) {
    if (!word.empty()) return word;
    return is_empty ? "is not allowed to be empty" : "is not allowed to be unset";
  }

  std::string trimmed(const std::string& name, char modifier) {
    const std::string word = until('}', Escapes::kKeep).take_text();
    const bool doubled = word.starts_with(modifier);
    const auto pattern = std::string_view(word).substr(doubled ? 1 : 0);
    const Greed greed = doubled ? Greed::kLongest : Greed::kShortest;
    const std::string value = value_or_empty(name);
    return modifier == '#' ? trim_prefix(value, pattern, greed)
                           : trim_suffix(value, pattern, greed);
  }

  std::string replaced(const std::string& name) {
    const Occurrences occurrences = take_if('/') ? Occurrences::kAll : Occurrences::kFirst;
    const std::string pattern = until('/', Escapes::kKeep).take_text();
    const std::string replacement = until('}', Escapes::kKeep).take_text();
    return replace_matches(value_or_empty(name), pattern, replacement, occurrences);
  }

  [[noreturn]] static void fail_modifier(const std::string& modifier) {
    fail("unsupported modifier (" + modifier + ") in substitution",
         "there are :- - :+ + :? ? # ## % %% / //");
  }

  std::string value_or_empty(const std::string& name) {
    if (auto value = lookup_(name)) return std::move(*value);
    const bool noted = std::find(unset_.begin(), unset_.end(), name) != unset_.end();
    if (!noted && !is_digit(name.front()) && is_name_byte(name.front())) unset_.push_back(name);
    return {};
  }

  std::string_view text_;
  const VariableLookup& lookup_;
  char escape_;
  Quotes quotes_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Escapes escapes_ = Escapes::kProcess;
  std::vector<std::string> unset_;
};

}  // namespace

Expansion expand(std::string_view text, const VariableLookup& lookup, char escape, Quotes quotes) {
  return Expander(text, lookup, escape, quotes).expand();
}

}  // namespace bale::builder
