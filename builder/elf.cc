// SPDX-License-Identifier: Apache-2.0
#include "builder/elf.h"

#include <array>

namespace bale::builder {

namespace {

struct KnownMachine {
  std::string_view architecture;
  ElfMachine machine;
};

constexpr std::array<KnownMachine, 13> kMachines = {{
    {"amd64", {true, false, 62}},
    {"arm64", {true, false, 183}},
    {"arm", {false, false, 40}},
    {"386", {false, false, 3}},
    {"ppc64le", {true, false, 21}},
    {"ppc64", {true, true, 21}},
    {"s390x", {true, true, 22}},
    {"riscv64", {true, false, 243}},
    {"loong64", {true, false, 258}},
    {"mips64le", {true, false, 8}},
    {"mips64", {true, true, 8}},
    {"mipsle", {false, false, 8}},
    {"mips", {false, true, 8}},
}};

unsigned byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

std::optional<ElfMachine> elf_machine_of(std::string_view file_start) {
  if (file_start.size() < kElfStart || !file_start.starts_with("\x7f"
                                                               "ELF"))
    return std::nullopt;
  ElfMachine result;
  result.is_64_bit = byte_at(file_start, 4) == 2;
  result.is_big_endian = byte_at(file_start, 5) == 2;
  const unsigned first = byte_at(file_start, 18);
  const unsigned second = byte_at(file_start, 19);
  result.machine =
      static_cast<std::uint16_t>(result.is_big_endian ? first << 8 | second : second << 8 | first);
  return result;
}

std::optional<ElfMachine> elf_machine_of(const oci::Platform& platform) {
  if (platform.os != "linux") return std::nullopt;
  for (const auto& known : kMachines) {
    if (known.architecture == platform.architecture) return known.machine;
  }
  return std::nullopt;
}

std::string_view architecture_of(const ElfMachine& machine) {
  for (const auto& known : kMachines) {
    if (known.machine == machine) return known.architecture;
  }
  return "";
}

}  // namespace bale::builder
