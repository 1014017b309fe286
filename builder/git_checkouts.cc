// SPDX-License-Identifier: Apache-2.0
#include "builder/git_checkouts.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "builder/child_process.h"
#include "builder/filesystem_error.h"
#include "oci/digest.h"
#include "oci/error.h"
#include "oci/io.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

using oci::Error;
using oci::ErrorCode;
using Arguments = std::vector<std::string>;
using Lines = std::vector<std::string>;

/// One call of git, which never asks anybody for a password. `options` come before its command.
Lines git(const Arguments& arguments, const std::stop_token& stop, const Arguments& options = {}) {
  ChildProcess::Command command{{"git", "-c", "advice.detachedHead=false"},
                                {"GIT_TERMINAL_PROMPT=0", "LC_ALL=C"}};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  Lines lines;
  std::optional<int> status;
  try {
    ChildProcess child(command, [&](std::string_view line) { lines.emplace_back(line); });
    const std::stop_callback wake(stop, [&child] { child.wake(); });
    while (!status && !stop.stop_requested()) status = child.poll(std::chrono::minutes(1));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    throw Error(ErrorCode::kFailed, "a git repository is needed, and git is not installed",
                "install git, or give its files in another way");
  }
  oci::throw_if_stopped(stop);
  if (*status != 0) {
    throw Error(ErrorCode::kUnavailable, "git " + arguments.front() + " failed",
                "try the same with git on the command line",
                fmt::format("{}", fmt::join(lines, "\n")));
  }
  return lines;
}

/// In a working copy, whoever it belongs to.
Lines git_in(const fs::path& tree, const Arguments& arguments, const std::stop_token& stop) {
  return git(arguments, stop, {"-C", tree.string(), "-c", "safe.directory=*"});
}

std::int64_t time_of(const fs::path& tree, const std::string& commit, const std::stop_token& stop) {
  const Lines time = git_in(tree, {"show", "--no-patch", "--format=%ct", commit}, stop);
  return std::strtoll(time.at(0).c_str(), nullptr, 10);
}

/// The commits of a remote's refs, as `git ls-remote` prints them.
std::map<std::string, std::string> parse_refs(const Lines& lines) {
  std::map<std::string, std::string> refs;
  for (const auto& line : lines) {
    const auto tab = line.find('\t');
    if (tab != std::string::npos) refs.emplace(line.substr(tab + 1), line.substr(0, tab));
  }
  return refs;
}

void set_attributes(const fs::path& file, const fs::file_status& status, std::int64_t time) {
  if (fs::is_directory(status)) {
    fs::permissions(file, fs::perms(0755));
  } else if (fs::is_regular_file(status)) {
    const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    fs::permissions(file, fs::perms(executable ? 0755 : 0644));
  }
  const struct timespec times[] = {{time, 0}, {time, 0}};
  if (::utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    throw oci::errno_error("setting the time of " + file.string());
  }
}

/// Of the tree alone: what git keeps for itself stays as it is.
void set_all_attributes(const fs::path& tree, std::int64_t time) {
  for (auto at = fs::recursive_directory_iterator(tree); at != fs::end(at); ++at) {
    if (at.depth() == 0 && at->path().filename() == ".git") {
      at.disable_recursion_pending();
    } else {
      set_attributes(at->path(), at->symlink_status(), time);
    }
  }
  set_attributes(tree, fs::status(tree), time);
}

/// Of the repository and of its submodules.
void remove_git_dirs(const fs::path& tree) {
  std::vector<fs::path> found;
  for (auto at = fs::recursive_directory_iterator(tree); at != fs::end(at); ++at) {
    if (at->path().filename() != ".git") continue;
    at.disable_recursion_pending();
    found.push_back(at->path());
  }
  for (const auto& path : found) fs::remove_all(path);
}

void fetch(const fs::path& tree, const GitSource& source, const std::string& commit,
           const std::stop_token& stop) {
  try {
    git_in(tree, {"fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit}, stop);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable) throw;
    // Not every server gives out single commits, or a part of the history.
    git_in(tree, {"fetch", "--quiet", "origin", "+refs/*:refs/remotes/origin/*"}, stop);
  }
  git_in(tree, {"checkout", "--quiet", "--detach", commit}, stop);
  if (source.submodules && fs::exists(tree / ".gitmodules")) {
    git_in(tree, {"submodule", "--quiet", "update", "--init", "--recursive"}, stop);
  }
}

std::string key_of(const GitSource& source, const std::string& commit,
                   GitCheckouts::GitDir git_dir) {
  std::string text = source.repository + "\n" + commit;
  if (git_dir == GitCheckouts::GitDir::kKeep) text += "\ngit-dir";
  if (!source.submodules) text += "\nno-submodules";
  return std::string(oci::Digest::of(oci::as_bytes(text)).hex());
}

}  // namespace

GitCheckouts::GitCheckouts(fs::path folder)
    : folder_(std::move(folder)), temporary_(folder_ / "tmp") {}

fs::path GitCheckouts::checkout(const GitSource& source, GitDir git_dir, std::stop_token stop) {
  try {
    return with_oci_errors([&] {
      const std::string commit = commit_of(source, stop);
      if (!source.commit.empty() && commit != source.commit) {
        throw Error(ErrorCode::kCorrupt, "it is at " + commit + ", not at " + source.commit);
      }
      fs::path tree = folder_ / key_of(source, commit, git_dir);
      if (fs::exists(tree)) return tree;
      const fs::path unfinished = temporary_.unique_path();
      make(unfinished, source, commit, git_dir, stop);
      std::error_code other_was_first;
      fs::rename(unfinished, tree, other_was_first);
      if (!fs::exists(tree)) throw fs::filesystem_error("keeping", tree, other_was_first);
      return tree;
    });
  } catch (const Error& error) {
    throw error.in("fetching " + source.repository);
  }
}

std::string GitCheckouts::commit_of(const GitSource& source, const std::stop_token& stop) const {
  if (is_commit(source.ref)) return source.ref;
  const std::string ref = source.ref.empty() ? "HEAD" : source.ref;
  const auto refs =
      parse_refs(git({"ls-remote", "--quiet", source.repository, ref, ref + "^{}"}, stop));
  // As git checkout, which takes a branch where a tag has the name too.
  for (const std::string& name : {ref + "^{}", ref, "refs/heads/" + ref, "refs/" + ref,
                                  "refs/tags/" + ref + "^{}", "refs/tags/" + ref}) {
    const auto found = refs.find(name);
    if (found != refs.end()) return found->second;
  }
  throw Error(ErrorCode::kNotFound, "the repository has no branch and no tag " + ref,
              "a commit has to be written with all of its digits");
}

void GitCheckouts::make(const fs::path& tree, const GitSource& source, const std::string& commit,
                        GitDir git_dir, const std::stop_token& stop) const {
  git({"init", "--quiet", tree.string()}, stop);
  git_in(tree, {"remote", "add", "origin", source.repository}, stop);
  fetch(tree, source, commit, stop);
  const std::int64_t time = time_of(tree, commit, stop);
  if (git_dir == GitDir::kRemove) remove_git_dirs(tree);
  set_all_attributes(tree, time);
}

std::int64_t commit_time(const fs::path& folder, const std::stop_token& stop) {
  try {
    return time_of(folder, "HEAD", stop);
  } catch (const Error& error) {
    throw error.in("the time of the commit in " + folder.string());
  }
}

}  // namespace bale::builder
