// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "registry/repository.h"

namespace bale::registry {

/// Takes a tag away and leaves the manifest, with its other tags, where it is. Registries that
/// cannot delete a tag (they delete manifests, and with them all tags) get a manifest of its own
/// under the tag first, which is then deleted. Whether that is possible is tried beforehand, with
/// the tag untouched. Throws kNotFound for a tag that is not there, kFailed where the registry
/// deletes nothing.
void delete_tag(const Repository& repository, const std::string& tag);

}  // namespace bale::registry
