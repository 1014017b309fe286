// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <string>

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "oci/pipe_source.h"
#include "registry/login.h"
#include "registry/user_keychain.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"
#include "tools/standard_input.h"

namespace bale::tools {

namespace {

struct LoginOptions {
  std::string host;
  std::string user;
  bool password_on_stdin = false;
};

/// Switches the terminal's echo off for as long as it lives.
class SilentTerminal {
 public:
  SilentTerminal() {
    known_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    if (known_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  termios before_{};
  bool known_ = false;
};

[[noreturn]] void refuse(const std::string& message) {
  throw oci::Error(oci::ErrorCode::kInvalid, message,
                   "bale login HOST --username USER --password-stdin < FILE");
}

/// Byte by byte: what comes behind the line is for others to read.
std::string read_line(Program& program) {
  oci::PipeSource input(standard_input(), program.stop());
  std::string line;
  std::byte next{};
  while (input.read({&next, 1}) != 0 && next != std::byte{'\n'}) line += static_cast<char>(next);
  return line;
}

std::string ask_user(Program& program, const LoginOptions& options) {
  if (!options.user.empty()) return options.user;
  if (::isatty(STDIN_FILENO) != 1) refuse("no user name");
  std::cerr << "Username: ";
  return read_line(program);
}

std::string ask_password(Program& program, const LoginOptions& options) {
  if (options.password_on_stdin) return read_line(program);
  if (::isatty(STDIN_FILENO) != 1) refuse("no password");
  std::cerr << "Password: ";
  const SilentTerminal silent;
  std::string password = read_line(program);
  std::cerr << "\n";
  return password;
}

int login(Program& program, const LoginOptions& options) {
  const std::string user = ask_user(program, options);
  registry::Credential credential;
  credential.username = user;
  credential.password = registry::Secret(ask_password(program, options));
  credential.source = "the command line";
  program.check_credential(options.host, credential);
  const auto& authfile = program.options().authfile;
  const auto file = authfile.empty() ? registry::default_auth_file(registry::process_environment)
                                     : std::filesystem::path(authfile);
  registry::store_login(file, options.host, credential);
  print("logged in to " + options.host + " as " + user + "\n");
  return exit_status::kDone;
}

}  // namespace

void add_login_command(const Command& bale) {
  auto options = std::make_shared<LoginOptions>();  // shared with the action
  const Command command = bale.subcommand("login", "Check credentials and keep them");
  command.argument("HOST", options->host, "The registry").required();
  command.text("-u,--username", options->user, "USER", "The user");
  command.flag("--password-stdin", options->password_on_stdin, "Read the password from stdin");
  command.runs(login, options);
}

}  // namespace bale::tools
