// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace bale::test {

/// Sees to it that podman runs commands here: where its defaults fail, CONTAINERS_CONF is set to a
/// file with settings for restricted machines. Returns why it cannot, or ""; in CI (`$CI` set) it
/// must, and this throws. Looks once.
const std::string& podman_obstacle();

/// A root filesystem with a static busybox, its usual links, users and folders. Throws where there
/// is no static busybox.
void make_busybox_root(const std::filesystem::path& root);

}  // namespace bale::test
