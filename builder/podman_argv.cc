// SPDX-License-Identifier: Apache-2.0
#include "builder/podman_argv.h"

#include "oci/error.h"

namespace bale::builder {

namespace {

using Words = std::vector<std::string>;

void add_network(Words& argv, const RunRequest& request) {
  if (!request.network.empty()) argv.push_back("--network=" + request.network);
  // Without a network the step may change the hosts file of the image.
  if (request.network == "none") argv.emplace_back("--no-hosts");
}

// --mount separates its fields with commas and knows no escape.
const std::string& field(const std::string& value) {
  if (value.find(',') == std::string::npos) return value;
  throw oci::Error(oci::ErrorCode::kInvalid, "mounting \"" + value + "\": podman takes no comma");
}

void add_mount(Words& argv, const HostMount& mount) {
  const bool read_only = mount.access == Access::kReadOnly;
  std::string text = "--mount=";
  if (mount.kind == HostMount::Kind::kTmpfs) {
    text += "type=tmpfs,destination=" + field(mount.target) + ",notmpcopyup,tmpfs-mode=0755";
    if (mount.size) text += ",tmpfs-size=" + std::to_string(*mount.size);
  } else {
    text += "type=bind,source=" + field(mount.source.string());
    text += ",destination=" + field(mount.target) + (read_only ? ",ro=true" : "");
  }
  argv.push_back(std::move(text));
}

void add_environment(Words& argv, const RunRequest& request) {
  argv.emplace_back("--unsetenv-all");
  for (const auto& assignment : request.env) argv.insert(argv.end(), {"--env", assignment});
  // A name alone is taken from the environment of podman, which only this user can read.
  for (const auto& secret : request.secret_env) {
    argv.insert(argv.end(), {"--env", secret.substr(0, secret.find('='))});
  }
}

}  // namespace

std::filesystem::path private_store_link(const std::filesystem::path& scratch) {
  return scratch / "podman";
}

Words store_options(const std::filesystem::path& scratch) {
  const auto link = private_store_link(scratch);
  if (!std::filesystem::is_symlink(link)) return {};
  const auto store = std::filesystem::read_symlink(link);
  return {"--root=" + (store / "root").string(), "--runroot=" + (store / "run").string(),
          "--tmpdir=" + (store / "tmp").string(),
          "--log-level=error"};  // what it warns of in a new store is none of the step's output
}

std::filesystem::path container_id_file(const std::filesystem::path& scratch) {
  return scratch / "container-id";
}

std::filesystem::path process_id_file(const std::filesystem::path& scratch) {
  return scratch / "process-id";
}

Words podman_run_argv(const std::string& program, const RunRequest& request) {
  Words argv = {program};
  const Words store = store_options(request.scratch);
  argv.insert(argv.end(), store.begin(), store.end());
  const Words run = {"run",
                     "--rm",
                     "--name=" + request.name,
                     "--cidfile=" + container_id_file(request.scratch).string(),
                     "--pidfile=" + process_id_file(request.scratch).string(),
                     "--pull=never",
                     "--log-driver=passthrough",
                     "--passwd=false",  // else podman adds the user to /etc/passwd
                     "--systemd=false",
                     "--http-proxy=false",
                     "--sdnotify=ignore",
                     "--pids-limit=-1",
                     "--cap-add=MKNOD,NET_RAW,AUDIT_WRITE",  // what Docker grants beyond podman
                     "--security-opt=label=disable",
                     "--hostname=" + request.hostname,
                     "--workdir=" + request.cwd};
  argv.insert(argv.end(), run.begin(), run.end());
  if (!request.user.empty()) argv.push_back("--user=" + request.user);
  add_network(argv, request);
  add_environment(argv, request);
  for (const auto& mount : request.mounts) add_mount(argv, mount);
  argv.insert(argv.end(), request.options.begin(), request.options.end());
  argv.insert(argv.end(), {"--rootfs", request.root.string()});
  argv.insert(argv.end(), request.argv.begin(), request.argv.end());
  return argv;
}

}  // namespace bale::builder
