// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "builder/heredoc.h"
#include "builder/mount_flag.h"
#include "builder/node.h"
#include "builder/source_text.h"
#include "oci/image_config.h"

namespace bale::builder {

// What an instruction says, before variables are expanded. Texts keep their quotes and escapes
// wherever expansion will process them.

struct NameValue {
  std::string name;
  std::string value;

  friend bool operator==(const NameValue&, const NameValue&) = default;
};

struct FromInstruction {
  std::string platform;  ///< `--platform`, "" for none
  std::string image;
  std::string name;  ///< lower case, "" for none

  friend bool operator==(const FromInstruction&, const FromInstruction&) = default;
};

struct ArgInstruction {
  struct Definition {
    std::string name;
    std::optional<std::string> value;  ///< `ARG A=` has "", `ARG A` has none

    friend bool operator==(const Definition&, const Definition&) = default;
  };
  std::vector<Definition> definitions;

  friend bool operator==(const ArgInstruction&, const ArgInstruction&) = default;
};

struct EnvInstruction {
  std::vector<NameValue> variables;

  friend bool operator==(const EnvInstruction&, const EnvInstruction&) = default;
};

struct LabelInstruction {
  std::vector<NameValue> labels;

  friend bool operator==(const LabelInstruction&, const LabelInstruction&) = default;
};

struct CopyInstruction {
  std::vector<std::string> sources;
  std::vector<Heredoc> heredocs;
  std::string destination;
  std::string from;  ///< "" for the build context
  std::string chown;
  std::string chmod;
  bool link = false;
  bool parents = false;
  std::vector<std::string> excludes;

  friend bool operator==(const CopyInstruction&, const CopyInstruction&) = default;
};

struct AddInstruction {
  CopyInstruction copy;  ///< what it shares with COPY; no `from`, no `parents`
  std::string checksum;
  std::optional<bool> keep_git_dir;
  std::optional<bool> unpack;

  friend bool operator==(const AddInstruction&, const AddInstruction&) = default;
};

/// A command line in one of its two forms.
struct CommandLine {
  enum class Form { kShell, kExec };
  Form form = Form::kShell;
  std::vector<std::string> words;  ///< the shell form has one, the whole line

  friend bool operator==(const CommandLine&, const CommandLine&) = default;
};

struct RunInstruction {
  CommandLine command;
  std::vector<Heredoc> heredocs;
  std::vector<MountFlag> mounts;
  std::string network;               ///< "", default, none, host
  std::string security;              ///< "", sandbox, insecure
  std::vector<std::string> devices;  ///< `NAME[,required]`

  friend bool operator==(const RunInstruction&, const RunInstruction&) = default;
};

struct CmdInstruction {
  CommandLine command;

  friend bool operator==(const CmdInstruction&, const CmdInstruction&) = default;
};

struct EntrypointInstruction {
  CommandLine command;

  friend bool operator==(const EntrypointInstruction&, const EntrypointInstruction&) = default;
};

struct ShellInstruction {
  std::vector<std::string> shell;

  friend bool operator==(const ShellInstruction&, const ShellInstruction&) = default;
};

struct HealthcheckInstruction {
  oci::Healthcheck check;

  friend bool operator==(const HealthcheckInstruction&, const HealthcheckInstruction&) = default;
};

struct WorkdirInstruction {
  std::string path;

  friend bool operator==(const WorkdirInstruction&, const WorkdirInstruction&) = default;
};

struct UserInstruction {
  std::string user;

  friend bool operator==(const UserInstruction&, const UserInstruction&) = default;
};

struct ExposeInstruction {
  std::vector<std::string> ports;

  friend bool operator==(const ExposeInstruction&, const ExposeInstruction&) = default;
};

struct VolumeInstruction {
  std::vector<std::string> volumes;

  friend bool operator==(const VolumeInstruction&, const VolumeInstruction&) = default;
};

struct StopsignalInstruction {
  std::string signal;

  friend bool operator==(const StopsignalInstruction&, const StopsignalInstruction&) = default;
};

struct OnbuildInstruction {
  std::string trigger;  ///< without `ONBUILD`, bodies of here-documents on the lines after it

  friend bool operator==(const OnbuildInstruction&, const OnbuildInstruction&) = default;
};

struct MaintainerInstruction {
  std::string maintainer;

  friend bool operator==(const MaintainerInstruction&, const MaintainerInstruction&) = default;
};

/// One instruction of a Dockerfile with its place.
struct Instruction {
  std::variant<FromInstruction, ArgInstruction, EnvInstruction, LabelInstruction, CopyInstruction,
               AddInstruction, RunInstruction, CmdInstruction, EntrypointInstruction,
               ShellInstruction, HealthcheckInstruction, WorkdirInstruction, UserInstruction,
               ExposeInstruction, VolumeInstruction, StopsignalInstruction, OnbuildInstruction,
               MaintainerInstruction>
      body;
  SourceRange range;
  std::string text;    ///< the instruction on one line, for history and progress
  char escape = '\\';  ///< what takes the meaning off the next character

  friend bool operator==(const Instruction&, const Instruction&) = default;
};

/// Throws kInvalid, with the marked line, for an unknown instruction or flag (naming the nearest
/// known one), for a flag given twice, and for arguments that the instruction does not take.
Instruction parse_instruction(const SourceText& source, const Node& node);

}  // namespace bale::builder
