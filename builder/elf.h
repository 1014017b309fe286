// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "oci/platform.h"

namespace bale::builder {

/// For which processors an ELF file is, as the start of its header says.
struct ElfMachine {
  bool is_64_bit = true;
  bool is_big_endian = false;
  std::uint16_t machine = 0;  ///< e_machine
  friend bool operator==(const ElfMachine&, const ElfMachine&) = default;
};

/// How many bytes of a file `elf_machine_of` needs.
inline constexpr std::size_t kElfStart = 20;

/// Nothing where the file does not begin as an ELF file.
std::optional<ElfMachine> elf_machine_of(std::string_view file_start);

/// What the programs of a Linux platform are; nothing for an architecture that has no ELF form or
/// that is not known.
std::optional<ElfMachine> elf_machine_of(const oci::Platform& platform);

/// The architecture by its name in images ("arm64"), or "" where it is not known.
std::string_view architecture_of(const ElfMachine& machine);

}  // namespace bale::builder
