// SPDX-License-Identifier: Apache-2.0
#include "builder/git_source.h"

#include "builder/words.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw oci::Error(oci::ErrorCode::kInvalid, message, std::move(hint));
}

/// The part before the first `separator`; `text` keeps what follows it.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

void set_ref(GitSource& source, std::string_view ref) {
  if (!source.ref.empty())
    refuse("two refs of one repository: " + source.ref + " and " + std::string(ref));
  source.ref = ref;
}

bool parse_switch(std::string_view key, std::string_view value) {
  if (value.empty() || value == "1" || equal_ignoring_case(value, "true")) return true;
  if (value == "0" || equal_ignoring_case(value, "false")) return false;
  refuse(std::string(key) + " is true or false, not \"" + std::string(value) + "\"");
}

void set_option(GitSource& source, std::string_view key, std::string_view value) {
  if (key == "ref") {
    set_ref(source, value);
  } else if (key == "branch") {
    set_ref(source, "refs/heads/" + std::string(value));
  } else if (key == "tag") {
    set_ref(source, "refs/tags/" + std::string(value));
  } else if (key == "subdir") {
    source.folder = value;
  } else if (key == "checksum" || key == "commit") {
    source.commit = value;
  } else if (key == "keep-git-dir") {
    source.keep_git_dir = parse_switch(key, value);
  } else if (key == "submodules") {
    source.submodules = parse_switch(key, value);
  } else {
    refuse("a git repository has no option \"" + std::string(key) + "\"",
           "ref, branch, tag, subdir, checksum, keep-git-dir and submodules are known");
  }
}

}  // namespace

bool is_commit(std::string_view text) {
  // 40 digits, or 64 where the repository uses SHA-256.
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

GitSource parse_git_source(std::string_view text) {
  GitSource source;
  std::string_view fragment = text;
  std::string_view query = take_until(fragment, '#');
  source.repository = take_until(query, '?');
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    const std::string_view key = take_until(value, '=');
    set_option(source, key, value);
  }
  if (!fragment.empty()) {
    const auto ref = take_until(fragment, ':');
    if (!ref.empty()) set_ref(source, ref);
    if (!fragment.empty()) source.folder = fragment;
  }
  if (source.ref.starts_with('-')) refuse("a ref cannot begin with a dash: " + source.ref);
  if (!source.commit.empty() && !is_commit(source.commit)) {
    refuse("\"" + source.commit + "\" is no commit", "write all 40 digits of it");
  }
  return source;
}

}  // namespace bale::builder
