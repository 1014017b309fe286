// SPDX-License-Identifier: Apache-2.0
#include "builder/ignore_file.h"

#include <memory>
#include <utility>

#include "builder/source_text.h"
#include "builder/words.h"
#include "oci/fd.h"

namespace bale::builder {

namespace {

namespace fs = std::filesystem;

/// A list of patterns, not a list of files: a megabyte is a mistake.
constexpr std::size_t kMaxIgnoreFile = 1 << 20;

/// As Go's filepath.Clean: what is left of `..` at the start stays, and matches nothing.
std::string clean_pattern(std::string_view pattern) {
  std::string clean = fs::path(pattern).lexically_normal().string();
  if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  if (clean.size() > 1 && clean.starts_with('/')) clean.erase(0, 1);
  return clean;
}

fs::path with_suffix(fs::path path, const char* suffix) { return path += suffix; }

}  // namespace

IgnoreMatcher IgnoreMatcher::parse(std::string_view text, std::string name) {
  const SourceText source(std::move(name), text);
  IgnoreMatcher matcher;
  for (int number = 1; number <= source.line_count(); ++number) {
    // Only in the first column does the sign begin a comment.
    if (source.line(number).starts_with('#')) continue;
    auto line = trim(source.line(number));
    if (line.empty()) continue;
    const bool reincludes = line.starts_with('!');
    if (reincludes) line = trim(line.substr(1));
    try {
      if (line.empty()) throw oci::Error(oci::ErrorCode::kInvalid, "a pattern is missing after !");
      matcher.rules_.push_back({IgnorePattern(clean_pattern(line)), reincludes});
    } catch (const oci::Error& error) {
      throw at_source(error, source, {number, number});
    }
  }
  return matcher;
}

bool IgnoreMatcher::excluded(std::string_view path) const {
  bool result = false;
  for (const auto& rule : rules_) {
    // A rule that would change nothing need not be asked.
    if (rule.reincludes == result && rule.pattern.matches(path)) result = !rule.reincludes;
  }
  return result;
}

bool IgnoreMatcher::may_reinclude_below(std::string_view folder) const {
  for (const auto& rule : rules_) {
    if (rule.reincludes && rule.pattern.may_match_below(folder)) return true;
  }
  return false;
}

TreeFilter ignore_filter(IgnoreMatcher matcher) {
  // Shared, since the two functions are copied apart, and to any thread.
  const auto shared = std::make_shared<const IgnoreMatcher>(std::move(matcher));
  return {[shared](const std::string& path) { return shared->excluded(path); },
          [shared](const std::string& folder) { return shared->may_reinclude_below(folder); }};
}

std::optional<fs::path> find_ignore_file(const IgnoreFilePlaces& places) {
  if (!places.named.empty()) return places.named;
  std::vector<fs::path> candidates;
  if (!places.dockerfile.empty()) {
    candidates.push_back(with_suffix(places.dockerfile, ".dockerignore"));
    candidates.push_back(with_suffix(places.dockerfile, ".containerignore"));
  }
  candidates.push_back(places.context / ".containerignore");
  candidates.push_back(places.context / ".dockerignore");
  for (const auto& candidate : candidates) {
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored)) return candidate;
  }
  return std::nullopt;
}

IgnoreMatcher load_ignore_file(const IgnoreFilePlaces& places) {
  const auto file = find_ignore_file(places);
  if (!file) return {};
  return IgnoreMatcher::parse(oci::read_file(*file, kMaxIgnoreFile), file->string());
}

}  // namespace bale::builder
