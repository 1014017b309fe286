// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/command_line.h"

namespace bale::tools {

// Each declares one command with its options.
void add_build_command(const Command& bale);
void add_push_command(const Command& bale);
void add_pull_command(const Command& bale);
void add_copy_command(const Command& bale);
void add_images_command(const Command& bale);
void add_tag_command(const Command& bale);
void add_inspect_command(const Command& bale);
void add_login_command(const Command& bale);
void add_manifest_command(const Command& bale);
void add_mutate_command(const Command& bale);
void add_validate_command(const Command& bale);
void add_verify_command(const Command& bale);
void add_attach_command(const Command& bale);
void add_auth_command(const Command& bale);
void add_blob_command(const Command& bale);
void add_delete_command(const Command& bale);
void add_digest_command(const Command& bale);
void add_logout_command(const Command& bale);
void add_referrers_command(const Command& bale);
void add_serve_command(const Command& bale);
void add_sync_command(const Command& bale);
void add_tags_command(const Command& bale);
void add_untag_command(const Command& bale);

}  // namespace bale::tools
