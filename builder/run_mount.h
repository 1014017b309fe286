// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "builder/file_origin.h"
#include "builder/mount_flag.h"

namespace bale::builder {

/// Files of an origin, seen by one RUN. What a writable one is changed to is thrown away.
struct BindMount {
  std::string target;  ///< absolute
  FileOrigin origin;
  std::string source = "/";  ///< a path inside the origin
  bool read_only = true;

  friend bool operator==(const BindMount&, const BindMount&) = default;
};

/// How builds that run at once share a cache folder.
enum class CacheSharing {
  kShared,   ///< all write to the one
  kPrivate,  ///< a second writer gets a new one
  kLocked,   ///< a second writer waits
};

/// A folder that lives on between builds and is part of no layer.
struct CacheMount {
  std::string target;  ///< absolute
  std::string id;      ///< the cleaned target where none was written
  CacheSharing sharing = CacheSharing::kShared;
  FileOrigin origin = Scratch{};  ///< what a new cache folder holds
  std::string source = "/";       ///< a path inside the origin
  bool read_only = false;
  std::uint32_t mode = 0755;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;

  friend bool operator==(const CacheMount&, const CacheMount&) = default;
};

/// An empty folder in memory.
struct TmpfsMount {
  std::string target;      ///< absolute
  std::uint64_t size = 0;  ///< bytes, 0 for no limit

  friend bool operator==(const TmpfsMount&, const TmpfsMount&) = default;
};

/// A secret, as a file, as an environment variable, or both. Holds its name, never its content.
struct SecretMount {
  std::string id;
  std::optional<std::string> target;  ///< absolute; nullopt where `env` alone was asked for
  std::optional<std::string> env;     ///< the variable's name
  bool required = false;
  std::uint32_t mode = 0400;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;

  friend bool operator==(const SecretMount&, const SecretMount&) = default;
};

/// A socket of an SSH agent.
struct SshMount {
  std::string id = "default";
  std::optional<std::string> target;  ///< absolute; nullopt for the executor's choice
  bool required = false;
  std::uint32_t mode = 0600;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;

  friend bool operator==(const SshMount&, const SshMount&) = default;
};

using RunMount = std::variant<BindMount, CacheMount, TmpfsMount, SecretMount, SshMount>;

/// Where a mount is asked for.
struct MountPlace {
  std::string cwd;  ///< relative targets start here
  std::function<FileOrigin(const std::string& from)> origin_of;
};

/// The mount that a flag means, whose values have been expanded. Throws kInvalid, without a place:
/// an unknown type, a key that the type does not take, a value that is none, `/` as the target.
RunMount make_run_mount(const MountFlag& flag, const MountPlace& place);

}  // namespace bale::builder
