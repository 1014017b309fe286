// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "tools/build_flow.h"
#include "tools/build_options.h"
#include "tools/commands.h"

namespace bale::tools {

namespace {

void add_image_options(const Command& command, BuildOptions& options) {
  command.list("-t,--tag", options.tags, "NAME", "Name the image; repeatable");
  command.list("--platform", options.platforms, "LIST",
               "Platforms to build for (default: $BUILD_PLATFORMS, else this machine's)");
  command.list("-o,--output", options.outputs, "SPEC",
               "Also write type=oci|oci-archive|docker-archive,dest=PATH");
  command.list("--label", options.labels, "K=V", "Set a label");
  command.list("--annotation", options.annotations, "[LEVEL:]K=V",
               "Set an annotation of index:, manifest: or manifest-descriptor:");
  command.list("--unsetenv", options.unset_env, "K", "Remove a variable of the base image");
  command.text("--source-date-epoch", options.source_date_epoch, "N|git",
               "All times of the image, in seconds, or git for that of the commit "
               "(default: $SOURCE_DATE_EPOCH)");
  add_packing_options(command, options.packing);
}

void add_source_options(const Command& command, BuildOptions& options) {
  command.argument("CONTEXT", options.context,
                   "The folder that COPY reads from; also an archive (- for standard input, or a "
                   "URL) or a git repository");
  command.text("-f,--file", options.file, "FILE",
               "The Dockerfile (default: Containerfile, else Dockerfile, in CONTEXT); - is stdin");
  command.text("--target", options.target, "STAGE", "Build this stage");
  command.list("--build-arg", options.build_args, "K[=V]", "Set an ARG");
  command.list("--build-arg-file", options.build_arg_files, "FILE", "ARGs, one K=V a line");
  command.list("--build-context", options.build_contexts, "NAME=SOURCE",
               "A folder, image or repository that FROM and --from find under a name");
  command.text("--ignorefile", options.ignore_file, "FILE", "In place of .dockerignore");
  command.flag("--check", options.check, "Check the Dockerfile, and build nothing");
  command.flag("--dry-run", options.dry_run, "Print the plan, and build nothing");
  command.text_or_flag("--pull", options.pull, "always",
                       "Base images: always (when no word follows), missing, newer or never");
}

/// What RUN passes on to `podman run`, in the form `--name=value`.
void add_podman_option(const Command& command, const std::string& flags, const std::string& name,
                       BuildOptions& options) {
  command.each(
      flags,
      [&options, name](const auto& value) { options.podman_options.push_back(name + "=" + value); },
      "", "For RUN, as in podman run");
}

void add_run_options(const Command& command, BuildOptions& options) {
  command.text("--podman", options.podman, "PATH", "The Podman that executes RUN");
  command.text("--run-timeout", options.run_timeout, "T", "Fail a RUN that takes longer: 90s, 10m");
  command.text("--network", options.network, "MODE", "The network of RUN steps");
  command.list("--secret", options.secrets, "id=ID[,src=FILE|,env=VAR]",
               "A secret for RUN --mount=type=secret");
  command.list("--ssh", options.ssh_agents, "default|ID[=SOCKET]",
               "An agent for RUN --mount=type=ssh");
  command.flag("--no-run", options.no_run, "Fail if a RUN would have to execute");
  for (const char* name : {"--add-host", "--dns", "--ulimit", "--shm-size", "--memory", "--cap-add",
                           "--cap-drop", "--security-opt", "--device"}) {
    add_podman_option(command, name, name, options);
  }
  add_podman_option(command, "-v,--volume", "--volume", options);
}

void add_result_options(const Command& command, BuildOptions& options) {
  command.flag("--push", options.push, "Push every tag when the build is done");
  command.flag("--force", options.force,
               "With --push: a single image may replace an index in the registry");
  command.flag("--platform-tags", options.platform_tags,
               "Also tag each platform's manifest: v1-amd64, v1-arm64");
  command.flag("--allow-partial", options.allow_partial, "Push an index although platforms failed");
  command.flag("--verify", options.verify, "Make the checks after the build errors");
  command.text("--iidfile", options.iid_file, "FILE", "Write the config digest");
  command.text("--digestfile", options.digest_file, "FILE", "Write the digest");
  command.text("--metadata-file", options.metadata_file, "FILE", "Write results as JSON");
  command.flag("--no-cache", options.no_cache, "Carry out every step");
  command.number("--jobs", options.jobs, "Steps at once (default: the cores)");
}

}  // namespace

void add_build_command(const Command& bale) {
  auto options = std::make_shared<BuildOptions>();  // shared with the action, which outlives this
  const Command command = bale.subcommand("build", "Build a Dockerfile for one or more platforms");
  add_source_options(command, *options);
  add_image_options(command, *options);
  add_run_options(command, *options);
  add_result_options(command, *options);
  command.runs(run_build, options);
}

}  // namespace bale::tools
