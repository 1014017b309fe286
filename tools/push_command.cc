// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/command.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/option_groups.h"
#include "tools/push_flow.h"

namespace bale::tools {

namespace {

struct PushCommandOptions {
  std::vector<std::string> names;
  std::string to;
  bool force = false;
};

/// One upload: an image, and the names of one repository that it gets.
struct Job {
  OpenedImage image;
  oci::Reference target;
  std::set<std::string> tags;
};

oci::Reference target_of(const OpenedImage& image, const PushCommandOptions& options) {
  if (!options.to.empty()) {
    const auto name = oci::ImageName::parse(options.to);
    if (name.reference && name.transport != oci::Transport::kDockerArchive) return *name.reference;
    throw oci::Error(oci::ErrorCode::kInvalid, options.to + " is not in a registry");
  }
  if (image.name.reference && image.name.transport != oci::Transport::kDockerArchive) {
    return *image.name.reference;
  }
  throw oci::Error(oci::ErrorCode::kInvalid,
                   image.name.to_string() + " does not say which registry to push to",
                   "name it with --to REF");
}

/// Names of one repository and one image share one upload.
std::vector<Job> collect_jobs(Program& program, const PushCommandOptions& options) {
  std::vector<Job> jobs;
  for (const auto& text : options.names) {
    OpenedImage image = open_image(program, text);
    const oci::Reference target = target_of(image, options);
    const auto same = std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) {
      return job.image.root.digest == image.root.digest && job.target.name() == target.name();
    });
    Job& job = same != jobs.end() ? *same : jobs.emplace_back(Job{std::move(image), target, {}});
    if (target.tag) job.tags.insert(*target.tag);
  }
  return jobs;
}

int push(Program& program, const PushCommandOptions& options) {
  std::vector<oci::Reference> targets;
  for (const auto& text : options.to.empty() ? options.names : std::vector{options.to}) {
    const auto name = oci::ImageName::parse(text);
    if (name.reference) targets.push_back(*name.reference);
  }
  program.set_push_hosts(hosts_of(targets));
  const auto replace = options.force ? registry::PushOptions::Replace::kAny
                                     : registry::PushOptions::Replace::kSameKind;
  for (const auto& job : collect_jobs(program, options)) {
    const auto repository = program.repository(job.target, registry::Repository::Access::kPush);
    registry::BlobPusher pusher(repository, pusher_options(program), program.progress(),
                                program.stop());
    push_tags(program, *job.image.blobs, job.image.root, job.tags, pusher, replace);
    for (const auto& tag : job.tags) {
      print(job.target.with_tag(tag).with_digest(job.image.root.digest).to_string() + "\n");
    }
    if (job.tags.empty()) {
      print(job.target.with_digest(job.image.root.digest).to_string() + "\n");
    }
  }
  return exit_status::kDone;
}

}  // namespace

void add_push_command(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<PushCommandOptions>();  // shared with the action
  CLI::App& command = *app.add_subcommand("push", "Bring images to a registry");
  command.add_option("NAME", options->names, "Images of the store or of any transport")->required();
  add_text(command, "--to", options->to, "REF", "The name in the registry");
  command.add_flag("--force", options->force, "A single image may replace an index");
  command.callback([options, &chosen] {
    chosen = [options](Program& program) { return push(program, *options); };
  });
}

}  // namespace bale::tools
