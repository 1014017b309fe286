// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "oci/printable.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/push_flow.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

struct PushCommandOptions {
  std::vector<std::string> names;
  std::string to;
  std::string expected;
  bool force = false;
  bool no_clobber = false;
  bool dry_run = false;
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
    check_digest(target.to_string(), target.digest, image.root.digest);
    const auto same = std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) {
      return job.image.root.digest == image.root.digest && job.target.name() == target.name();
    });
    Job& job = same != jobs.end() ? *same : jobs.emplace_back(Job{std::move(image), target, {}});
    if (target.tag) job.tags.insert(*target.tag);
  }
  return jobs;
}

registry::PushOptions push_options(const PushCommandOptions& options) {
  registry::PushOptions result;
  if (options.force) result.replace = registry::PushOptions::Replace::kAny;
  if (options.no_clobber) result.existing = registry::Existing::kKeep;
  if (!options.expected.empty()) result.expected = oci::Digest::parse(options.expected);
  return result;
}

std::string to_line(const registry::PushPlan::Step& step) {
  using Kind = registry::PushPlan::Step::Kind;
  const std::string size = oci::human_size(step.size);
  switch (step.kind) {
    case Kind::kQuestion:
      return fmt::format("HEAD      manifest {}\n", step.name);
    case Kind::kPresent:
      return fmt::format("HEAD      blob {} {:>8}  there already\n", step.name, size);
    case Kind::kMount:
      return fmt::format("POST      blob {} {:>8}  mounted from {}\n", step.name, size, step.from);
    case Kind::kUpload:
      return fmt::format("POST PUT  blob {} {:>8}\n", step.name, size);
    case Kind::kManifest:
      return fmt::format("PUT       manifest {} {:>8}\n", step.name, size);
    case Kind::kTag:
      return fmt::format("PUT       tag {}\n", step.name);
  }
  return {};
}

void print_plan(Program& program, const Job& job, const registry::Repository& repository,
                const registry::PushOptions& options) {
  const auto plan =
      plan_tags(program, *job.image.blobs, job.image.root, job.tags, repository, options);
  print(job.target.with_digest(job.image.root.digest).to_string() + "\n");
  for (const auto& step : plan.steps) print(to_line(step));
  print(fmt::format("{} request{}, {} sent, {} saved\n", plan.requests(),
                    plan.requests() == 1 ? "" : "s", oci::human_size(plan.bytes_sent()),
                    oci::human_size(plan.bytes_saved())));
}

void push_job(Program& program, const Job& job, const registry::PushOptions& options) {
  const auto repository = program.repository(job.target, registry::Repository::Access::kPush);
  registry::BlobPusher pusher(repository, pusher_options(program), program.progress(),
                              program.stop());
  push_tags(program, *job.image.blobs, job.image.root, job.tags, pusher, options);
  for (const auto& tag : job.tags) {
    print(job.target.with_tag(tag).with_digest(job.image.root.digest).to_string() + "\n");
  }
  if (job.tags.empty()) {
    print(job.target.with_digest(job.image.root.digest).to_string() + "\n");
  }
}

/// One name is for one image: the last of several would stay under it.
void check_one_image(const std::vector<Job>& jobs, const PushCommandOptions& options) {
  if (options.to.empty() || jobs.size() < 2) return;
  throw oci::Error(oci::ErrorCode::kInvalid,
                   jobs[0].image.name.to_string() + " and " + jobs[1].image.name.to_string() +
                       " are different images, and --to names one",
                   "push each with its own --to");
}

int push(Program& program, const PushCommandOptions& options) {
  std::vector<oci::Reference> targets;
  for (const auto& text : options.to.empty() ? options.names : std::vector{options.to}) {
    const auto name = oci::ImageName::parse(text);
    if (name.reference) targets.push_back(*name.reference);
  }
  program.set_push_hosts(hosts_of(targets));
  const auto settings = push_options(options);
  const auto jobs = collect_jobs(program, options);
  check_one_image(jobs, options);
  for (const auto& job : jobs) {
    if (options.dry_run) {
      print_plan(program, job, program.repository(job.target, registry::Repository::Access::kPull),
                 settings);
    } else {
      push_job(program, job, settings);
    }
  }
  return exit_status::kDone;
}

}  // namespace

void add_push_command(const Command& bale) {
  auto options = std::make_shared<PushCommandOptions>();  // shared with the action
  const Command command = bale.subcommand("push", "Bring images to a registry");
  command.argument("NAME", options->names, "Images of the store or of any transport").required();
  command.text("--to", options->to, "REF", "The name in the registry");
  command.flag("--force", options->force, "A single image may replace an index");
  const Option expected =
      command.text("--expect-digest", options->expected, "DIGEST", "What the tags must name now");
  command.flag("--no-clobber", options->no_clobber, "Change no tag that is there")
      .excludes(expected);
  command.flag("--dry-run", options->dry_run, "Print the requests, and send nothing");
  command.runs(push, options);
}

}  // namespace bale::tools
