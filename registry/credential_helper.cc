// SPDX-License-Identifier: Apache-2.0
#include "registry/credential_helper.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/json.h"
#include "oci/printable.h"
#include "registry/auth_file.h"
#include "registry/headers.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxOutput = std::size_t{1} * 1024 * 1024;
constexpr std::string_view kNotFound = "credentials not found in native keychain";

/// Helpers know Docker Hub by its oldest name.
std::string server_name(const std::string& host) {
  const std::string plain = normalized_host(host);
  return plain == "docker.io" ? "https://index.docker.io/v1/" : plain;
}

bool is_name(const std::string& name) {
  return !name.empty() && name.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos;
}

std::pair<oci::UniqueFd, oci::UniqueFd> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw oci::errno_error("making a pipe");
  return {oci::UniqueFd(ends[0]), oci::UniqueFd(ends[1])};
}

/// What the child gets as its standard files.
class SpawnActions {
 public:
  SpawnActions(int input, int output) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A pair of sockets serves as the helper's input, since writing to a pipe that it has closed would
/// end us with SIGPIPE.
std::pair<oci::UniqueFd, oci::UniqueFd> make_input() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw oci::errno_error("making a pair of sockets");
  }
  return {oci::UniqueFd(ends[0]), oci::UniqueFd(ends[1])};
}

/// A helper that does not read all of its input tells by its answer whether that matters.
void write_input(oci::UniqueFd socket, std::string_view input) {
  while (!input.empty()) {
    const ssize_t put = ::send(socket.get(), input.data(), input.size(), MSG_NOSIGNAL);
    if (put <= 0) return;
    input.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace

CredentialHelper::CredentialHelper(std::string name) : program_("docker-credential-" + name) {
  if (!is_name(name)) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "'" + oci::printable(name) + "' is not the name of a credential helper");
  }
}

CredentialHelper::Outcome CredentialHelper::run(const std::string& action,
                                                const std::string& input) const {
  auto [input_read, input_write] = make_input();
  auto [output_read, output_write] = make_pipe();
  const SpawnActions actions(input_read.get(), output_write.get());
  std::string program = program_;
  std::string argument = action;
  std::array<char*, 3> argv = {program.data(), argument.data(), nullptr};
  pid_t pid = 0;
  const int error =
      ::posix_spawnp(&pid, program.c_str(), actions.get(), nullptr, argv.data(), environ);
  if (error != 0) {
    throw oci::Error(oci::ErrorCode::kFailed, "running " + program_ + ": " + std::strerror(error),
                     "install it, or remove it from the credentials file");
  }
  input_read.reset();
  output_write.reset();
  write_input(std::move(input_write), input);
  oci::FileSource source(std::move(output_read));
  Outcome outcome;
  outcome.output = oci::read_all(source, kMaxOutput);
  outcome.status = wait_for(pid);
  return outcome;
}

oci::Error CredentialHelper::failure(const std::string& action, const Outcome& outcome) const {
  // Only what a failed helper says is shown; a successful one's output is a password.
  return oci::Error(oci::ErrorCode::kFailed, program_ + " " + action + " failed with status " +
                                                 std::to_string(outcome.status) + ": " +
                                                 oci::printable(trimmed(outcome.output)));
}

std::optional<Credential> CredentialHelper::get(const std::string& host) const {
  const Outcome outcome = run("get", server_name(host));
  if (outcome.status != 0) {
    if (outcome.output.find(kNotFound) != std::string::npos) return std::nullopt;
    throw failure("get", outcome);
  }
  const oci::Json json = oci::Json::parse(outcome.output, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw oci::Error(oci::ErrorCode::kFailed, program_ + " get: the answer is not JSON");
  }
  Credential credential{.username = json.value("Username", ""), .source = program_};
  Secret secret(json.value("Secret", ""));
  const bool is_identity_token = credential.username == "<token>";
  (is_identity_token ? credential.identity_token : credential.password) = std::move(secret);
  return credential;
}

void CredentialHelper::store(const std::string& host, const Credential& credential) const {
  const oci::Json json = {{"ServerURL", server_name(host)},
                          {"Username", credential.username},
                          {"Secret", credential.password.reveal()}};
  const Outcome outcome = run("store", json.dump());
  if (outcome.status != 0) throw failure("store", outcome);
}

void CredentialHelper::erase(const std::string& host) const {
  const Outcome outcome = run("erase", server_name(host));
  if (outcome.status != 0 && outcome.output.find(kNotFound) == std::string::npos) {
    throw failure("erase", outcome);
  }
}

}  // namespace bale::registry
