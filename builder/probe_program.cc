// SPDX-License-Identifier: Apache-2.0
#include "builder/probe_program.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "builder/elf.h"

namespace bale::builder {

namespace {

using namespace std::literals;

struct ProbeCode {
  std::string_view architecture;
  std::uint32_t flags;     // e_flags
  std::string_view bytes;  // exit(42), as the file has it
};

// Linux numbers exit(2) differently on each: 60, 93, 1, 1, 1, 1, 93, 93, 5058.
constexpr std::array<ProbeCode, 9> kCodes = {{
    // mov edi,42; mov eax,60; syscall
    {"amd64", 0, "\xbf\x2a\0\0\0\xb8\x3c\0\0\0\x0f\x05"sv},
    // mov x0,#42; mov x8,#93; svc #0
    {"arm64", 0, "\x40\x05\x80\xd2\xa8\x0b\x80\xd2\x01\0\0\xd4"sv},
    // mov r0,#42; mov r7,#1; svc #0
    {"arm", 0x05000000, "\x2a\0\xa0\xe3\x01\x70\xa0\xe3\0\0\0\xef"sv},
    // mov ebx,42; mov eax,1; int 0x80
    {"386", 0, "\xbb\x2a\0\0\0\xb8\x01\0\0\0\xcd\x80"sv},
    // li r3,42; li r0,1; sc
    {"ppc64le", 2, "\x2a\0\x60\x38\x01\0\0\x38\x02\0\0\x44"sv},
    // lghi %r2,42; svc 1
    {"s390x", 0, "\xa7\x29\0\x2a\x0a\x01"sv},
    // li a0,42; li a7,93; ecall
    {"riscv64", 0, "\x13\x05\xa0\x02\x93\x08\xd0\x05\x73\0\0\0"sv},
    // ori a0,zero,42; ori a7,zero,93; syscall 0
    {"loong64", 3, "\x04\xa8\x80\x03\x0b\x74\x81\x03\0\0\x2b\0"sv},
    // li a0,42; li v0,5058; syscall
    {"mips64le", 0x80000000, "\x2a\0\x04\x24\xc2\x13\x02\x24\x0c\0\0\0"sv},
}};

constexpr std::uint64_t kLoadAddress = 0x10000;  // also the largest page size in use

/// Appends numbers in the byte order and word size of a machine.
class ElfText {
 public:
  explicit ElfText(const ElfMachine& machine) : machine_(machine) {}

  ElfText& number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      const unsigned place = machine_.is_big_endian ? bytes - 1 - i : i;
      text += static_cast<char>(value >> (8 * place) & 0xff);
    }
    return *this;
  }
  ElfText& half(std::uint64_t value) { return number(value, 2); }
  ElfText& word(std::uint64_t value) { return number(value, 4); }
  /// An address or size: 4 or 8 bytes.
  ElfText& wide(std::uint64_t value) { return number(value, machine_.is_64_bit ? 8 : 4); }

  std::string text = {};

 private:
  const ElfMachine& machine_;
};

void append_file_header(ElfText& elf, const ElfMachine& machine, std::uint32_t flags) {
  const std::uint64_t header = machine.is_64_bit ? 64 : 52;
  const std::uint64_t segment = machine.is_64_bit ? 56 : 32;
  elf.text +=
      "\x7f"
      "ELF";
  elf.text += machine.is_64_bit ? '\2' : '\1';
  elf.text += machine.is_big_endian ? '\2' : '\1';
  elf.text += "\1\0\0\0\0\0\0\0\0\0"sv;
  elf.half(2).half(machine.machine).word(1);                       // an executable
  elf.wide(kLoadAddress + header + segment).wide(header).wide(0);  // where it begins
  elf.word(flags).half(header).half(segment).half(1);              // one segment follows
  elf.half(machine.is_64_bit ? 64 : 40).half(0).half(0);           // no sections
}

void append_segment(ElfText& elf, const ElfMachine& machine, std::uint64_t size) {
  constexpr std::uint64_t kLoad = 1;
  constexpr std::uint64_t kReadExecute = 5;
  elf.word(kLoad);
  if (machine.is_64_bit) elf.word(kReadExecute);
  elf.wide(0).wide(kLoadAddress).wide(kLoadAddress).wide(size).wide(size);
  if (!machine.is_64_bit) elf.word(kReadExecute);
  elf.wide(kLoadAddress);
}

}  // namespace

std::optional<std::string> probe_header(const oci::Platform& platform) {
  const auto machine = elf_machine_of(platform);
  if (!machine) return std::nullopt;
  ElfText elf(*machine);
  append_file_header(elf, *machine, 0);
  return elf.text;
}

std::optional<std::string> probe_program(const oci::Platform& platform) {
  const auto machine = elf_machine_of(platform);
  if (!machine) return std::nullopt;
  for (const auto& code : kCodes) {
    if (code.architecture != platform.architecture) continue;
    ElfText elf(*machine);
    append_file_header(elf, *machine, code.flags);
    append_segment(elf, *machine, (machine->is_64_bit ? 120 : 84) + code.bytes.size());
    return elf.text + std::string(code.bytes);
  }
  return std::nullopt;
}

}  // namespace bale::builder
