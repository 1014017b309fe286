// SPDX-License-Identifier: Apache-2.0
#include "tools/build_flow.h"

#include <memory>
#include <mutex>
#include <vector>

#include "builder/build.h"
#include "builder/podman_executor.h"
#include "tools/build_check.h"
#include "tools/build_dry_run.h"
#include "tools/build_options.h"
#include "tools/build_parts.h"
#include "tools/build_request.h"
#include "tools/build_results.h"
#include "tools/exit_status.h"
#include "tools/layer_movers.h"
#include "tools/program.h"
#include "tools/push_flow.h"
#include "tools/store_image_resolver.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

builder::BuildOutcome build_images(Program& program, const builder::BuildRequest& request,
                                   BuildParts& parts, LayerMover& mover) {
  const auto services = parts.services(mover);
  const auto plan = builder::plan_build(request, services, program.stop());
  report_checks(program, request, plan.checks);
  auto outcome = builder::build(request, plan, services, program.stop());
  parts.save();
  return outcome;
}

void tag_images(oci::Store& store, const builder::BuildOutcome& outcome,
                const std::vector<NamedImage>& names, const oci::BlobOrigins& origins) {
  if (names.empty()) store.keep(outcome.root(), origins);
  for (const auto& [name, root] : names) store.tag(name, root, origins);
}

void push_images(Program& program, const builder::BuildOutcome& outcome,
                 const std::vector<NamedImage>& names, LayerUploads& uploads, bool force) {
  const auto provider = std::make_shared<const ImageBlobs>(program.store(), outcome);
  const auto replace =
      force ? registry::PushOptions::Replace::kAny : registry::PushOptions::Replace::kSameKind;
  for (auto& [repository, pusher] : uploads.pushers()) {
    for (const auto& [root, tags] : tags_by_root(names, repository)) {
      push_tags(program, *provider, root, tags, *pusher, {.replace = replace});
    }
  }
}

/// Builds, stores, exports and pushes.
int carry_out(Program& program, const BuildOptions& options, const builder::BuildRequest& request,
              const BuildTargets& targets, BuildParts& parts, StoreImageResolver& images) {
  const auto& names = targets.names;
  std::unique_ptr<LayerMover> mover;
  LayerUploads* uploads = nullptr;
  if (options.push) {
    auto made = std::make_unique<LayerUploads>(program, names, images);
    uploads = made.get();
    mover = std::move(made);
  } else {
    mover = std::make_unique<LayerFetches>(program.store());
  }

  const auto outcome = build_images(program, request, parts, *mover);
  report_failures(program, outcome);
  if (outcome.images.empty()) return status_of_failures(outcome);
  mover->wait();
  const auto all_names = with_platform_tags(names, outcome, options.platform_tags);
  const bool verified = check_images(program, outcome, options.verify);
  // After the checks: what they had to fetch of a base is not in its registry alone any more.
  tag_images(program.store(), outcome, all_names, images.origins());
  write_outputs(program, outcome, targets.outputs);
  const bool whole = outcome.failures.empty() || options.allow_partial;
  if (uploads != nullptr && whole && verified) {
    push_images(program, outcome, all_names, *uploads, options.force);
  }
  write_result_files(outcome, names, options, program.stop());
  print_digest(outcome.root().digest, targets.outputs,
               {options.iid_file, options.digest_file, options.metadata_file});
  if (!verified) return exit_status::kVerification;
  const bool forgiven = options.push && options.allow_partial;
  return outcome.failures.empty() || forgiven ? exit_status::kDone : exit_status::kPartial;
}

}  // namespace

int run_build(Program& program, const BuildOptions& options) {
  const auto targets = build_targets(options);
  if (options.push) program.set_push_hosts(hosts_of(targets.names));
  StoreImageResolver images(program, parse_pull_policy(options.pull));
  builder::PodmanExecutor executor(options.podman);
  BuildParts parts(program, images, executor);
  BuildContexts contexts(program, parts.remote_files(), images);
  const BuildArgs args = build_args(options);
  auto request = make_build_request(options, args, contexts.open(options.context, git_dir(args)),
                                    program.stop());
  request.named_contexts = contexts.open_named(options.build_contexts);
  request.run_settings.cache_mounts = program.store().cache_folder() / "mounts";
  if (options.check) return run_check(program, images, request);
  if (options.dry_run) return run_dry(program, parts, request, targets.names, options.push);
  return carry_out(program, options, request, targets, parts, images);
}

}  // namespace bale::tools
