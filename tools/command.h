// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace bale::tools {

class Program;

/// What the command line asked for: returns the exit status.
using Action = std::function<int(Program&)>;

// Each declares one command with its options, and sets `chosen` when the command line names it.
void add_build_command(CLI::App& app, Action& chosen);
void add_push_command(CLI::App& app, Action& chosen);
void add_pull_command(CLI::App& app, Action& chosen);
void add_copy_command(CLI::App& app, Action& chosen);
void add_images_command(CLI::App& app, Action& chosen);
void add_tag_command(CLI::App& app, Action& chosen);
void add_inspect_command(CLI::App& app, Action& chosen);
void add_login_command(CLI::App& app, Action& chosen);
void add_manifest_command(CLI::App& app, Action& chosen);
void add_mutate_command(CLI::App& app, Action& chosen);
void add_validate_command(CLI::App& app, Action& chosen);
void add_verify_command(CLI::App& app, Action& chosen);
void add_attach_command(CLI::App& app, Action& chosen);
void add_auth_command(CLI::App& app, Action& chosen);
void add_blob_command(CLI::App& app, Action& chosen);
void add_delete_command(CLI::App& app, Action& chosen);
void add_digest_command(CLI::App& app, Action& chosen);
void add_logout_command(CLI::App& app, Action& chosen);
void add_referrers_command(CLI::App& app, Action& chosen);
void add_sync_command(CLI::App& app, Action& chosen);
void add_tags_command(CLI::App& app, Action& chosen);
void add_untag_command(CLI::App& app, Action& chosen);

}  // namespace bale::tools
