// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <regex>
#include <string>

#include "registry/sync.h"
#include "registry/version_range.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"
#include "tools/push_flow.h"
#include "tools/registry_name.h"

namespace bale::tools {

namespace {

struct SyncCommandOptions {
  std::string source;
  std::string destination;
  std::string tags;
  std::string versions;
  bool prune = false;
  bool keep_going = false;
};

/// The expression has to match a whole tag: `v1` does not mean `v10`.
std::function<bool(const std::string&)> matching(const std::string& expression) {
  try {
    return [regex = std::regex(expression)](const std::string& tag) {
      return std::regex_match(tag, regex);
    };
  } catch (const std::regex_error& error) {
    throw oci::Error(oci::ErrorCode::kInvalid, "--tags '" + expression + "': " + error.what());
  }
}

std::function<bool(const std::string&)> selection(const SyncCommandOptions& options) {
  if (!options.tags.empty()) return matching(options.tags);
  if (options.versions.empty()) return [](const std::string&) { return true; };
  return [range = registry::VersionRange::parse(options.versions)](const std::string& tag) {
    const auto version = registry::Version::parse(tag);
    return version && range.contains(*version);
  };
}

registry::SyncOptions sync_options(Program& program, const SyncCommandOptions& options) {
  registry::SyncOptions result;
  result.wanted = selection(options);
  if (options.prune) result.extra = registry::SyncOptions::Extra::kDelete;
  if (options.keep_going) result.on_error = registry::SyncOptions::OnError::kGoOn;
  result.push.replace = registry::PushOptions::Replace::kAny;  // the source is the truth
  result.push.blobs = pusher_options(program);
  return result;
}

/// A line on standard output for each tag that is as it should be now.
void tell(Program& program, const oci::Reference& to, const registry::SyncedTag& tag) {
  const oci::Reference name = to.with_tag(tag.tag);
  switch (tag.outcome) {
    case registry::SyncedTag::Outcome::kCopied:
      return print("copied " + name.with_digest(*tag.digest).to_string() + "\n");
    case registry::SyncedTag::Outcome::kUnchanged:
      return print("unchanged " + name.with_digest(*tag.digest).to_string() + "\n");
    case registry::SyncedTag::Outcome::kDeleted:
      return print("deleted " + name.to_string() + "\n");
    case registry::SyncedTag::Outcome::kFailed:
      return program.progress().warn(name.to_string() + ": " + tag.error->what());
  }
}

int sync(Program& program, const SyncCommandOptions& options) {
  const auto from = repository_name(options.source);
  const auto to = repository_name(options.destination);
  const auto settings = sync_options(program, options);
  program.set_push_hosts({to.host});
  using Access = registry::Repository::Access;
  std::size_t failed = 0;
  registry::sync_tags(
      program.repository(from, Access::kPull), program.repository(to, Access::kPush),
      program.repository(to, Access::kDelete), settings,
      [&](const registry::SyncedTag& tag) {
        if (tag.outcome == registry::SyncedTag::Outcome::kFailed) ++failed;
        tell(program, to, tag);
      },
      program.progress(), program.stop());
  if (failed == 0) return exit_status::kDone;
  throw oci::Error(oci::ErrorCode::kFailed, std::to_string(failed) + " tags of " + from.name() +
                                                " could not be synced to " + to.name());
}

}  // namespace

void add_sync_command(const Command& bale) {
  auto options = std::make_shared<SyncCommandOptions>();  // shared with the action
  const Command command = bale.subcommand("sync", "Copy many tags from repository to repository");
  command.argument("SRC-REPO", options->source, "Where from").required();
  command.argument("DST-REPO", options->destination, "Where to").required();
  const Option tags = command.text("--tags", options->tags, "REGEX", "Only tags that match, whole");
  command.text("--semver", options->versions, "RANGE", "Only versions of a range: '>=1.2 <2'")
      .excludes(tags);
  command.flag("--prune", options->prune,
               "Delete such tags of the destination that the source does not have");
  command.flag("--keep-going", options->keep_going, "Go on after a tag that failed");
  command.runs(sync, options);
}

}  // namespace bale::tools
