// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "tools/build_flow.h"
#include "tools/build_options.h"
#include "tools/command.h"
#include "tools/option_groups.h"

namespace bale::tools {

namespace {

void add_image_options(CLI::App& command, BuildOptions& options) {
  add_list(command, "-t,--tag", options.tags, "NAME", "Name the image; repeatable");
  add_list(command, "--platform", options.platforms, "LIST",
           "Platforms to build for (default: $BUILD_PLATFORMS, else this machine's)");
  add_list(command, "-o,--output", options.outputs, "SPEC",
           "Also write type=oci|oci-archive|docker-archive,dest=PATH");
  add_list(command, "--label", options.labels, "K=V", "Set a label");
  add_list(command, "--annotation", options.annotations, "[LEVEL:]K=V",
           "Set an annotation of index:, manifest: or manifest-descriptor:");
  add_list(command, "--unsetenv", options.unset_env, "K", "Remove a variable of the base image");
  add_text(command, "--source-date-epoch", options.source_date_epoch, "N",
           "All times of the image, in seconds (default: $SOURCE_DATE_EPOCH)");
  add_packing_options(command, options.packing);
}

void add_source_options(CLI::App& command, BuildOptions& options) {
  command.add_option("CONTEXT", options.context,
                     "The folder that COPY reads from; also an archive (- for standard input, or a "
                     "URL) or a git repository");
  add_text(command, "-f,--file", options.file, "FILE",
           "The Dockerfile (default: Containerfile, else Dockerfile, in CONTEXT); - is stdin");
  add_text(command, "--target", options.target, "STAGE", "Build this stage");
  add_list(command, "--build-arg", options.build_args, "K[=V]", "Set an ARG");
  add_list(command, "--build-arg-file", options.build_arg_files, "FILE", "ARGs, one K=V a line");
  add_list(command, "--build-context", options.build_contexts, "NAME=SOURCE",
           "A folder, image or repository that FROM and --from find under a name");
  add_text(command, "--ignorefile", options.ignore_file, "FILE", "In place of .dockerignore");
  command.add_flag("--check", options.check, "Check the Dockerfile, and build nothing");
  command.add_flag("--dry-run", options.dry_run, "Print the plan, and build nothing");
  add_text(command, "--pull", options.pull, "",
           "Base images: always (when no word follows), missing, newer or never", "always");
}

/// An option that podman gets as it is.
void add_podman_option(CLI::App& command, const char* flags, const char* name,
                       BuildOptions& options) {
  command
      .add_option_function<std::vector<std::string>>(
          flags,
          [&options, name](const std::vector<std::string>& values) {
            for (const auto& value : values) {
              options.podman_options.push_back(std::string(name) + "=" + value);
            }
          },
          "For RUN, as in podman run")
      ->allow_extra_args(false);
}

void add_run_options(CLI::App& command, BuildOptions& options) {
  add_text(command, "--podman", options.podman, "PATH", "The Podman that executes RUN");
  add_text(command, "--run-timeout", options.run_timeout, "T",
           "Fail a RUN that takes longer: 90s, 10m");
  add_text(command, "--network", options.network, "MODE", "The network of RUN steps");
  add_list(command, "--secret", options.secrets, "id=ID[,src=FILE|,env=VAR]",
           "A secret for RUN --mount=type=secret");
  add_list(command, "--ssh", options.ssh_agents, "default|ID[=SOCKET]",
           "An agent for RUN --mount=type=ssh");
  command.add_flag("--no-run", options.no_run, "Fail if a RUN would have to execute");
  for (const char* name : {"--add-host", "--dns", "--ulimit", "--shm-size", "--memory", "--cap-add",
                           "--cap-drop", "--security-opt", "--device"}) {
    add_podman_option(command, name, name, options);
  }
  add_podman_option(command, "-v,--volume", "--volume", options);
}

void add_result_options(CLI::App& command, BuildOptions& options) {
  command.add_flag("--push", options.push, "Push every tag when the build is done");
  command.add_flag("--force", options.force,
                   "With --push: a single image may replace an index in the registry");
  command.add_flag("--platform-tags", options.platform_tags,
                   "Also tag each platform's manifest: v1-amd64, v1-arm64");
  command.add_flag("--allow-partial", options.allow_partial,
                   "Push an index although platforms failed");
  command.add_flag("--verify", options.verify, "Make the checks after the build errors");
  add_text(command, "--iidfile", options.iid_file, "FILE", "Write the config digest");
  add_text(command, "--digestfile", options.digest_file, "FILE", "Write the digest");
  add_text(command, "--metadata-file", options.metadata_file, "FILE", "Write results as JSON");
  command.add_flag("--no-cache", options.no_cache, "Carry out every step");
  command.add_option("--jobs", options.jobs, "Steps at once (default: the cores)");
}

}  // namespace

void add_build_command(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<BuildOptions>();  // shared with the action, which outlives this
  CLI::App& command = *app.add_subcommand("build", "Build a Dockerfile for one or more platforms");
  add_source_options(command, *options);
  add_image_options(command, *options);
  add_run_options(command, *options);
  add_result_options(command, *options);
  command.callback([options, &chosen] {
    chosen = [options](Program& program) { return run_build(program, *options); };
  });
}

}  // namespace bale::tools
