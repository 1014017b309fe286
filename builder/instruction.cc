// SPDX-License-Identifier: Apache-2.0
#include "builder/instruction.h"

#include <algorithm>
#include <array>

#include "builder/healthcheck_parser.h"
#include "builder/instruction_flags.h"
#include "builder/json_form.h"
#include "builder/quoted_words.h"
#include "builder/words.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

using Body = decltype(Instruction::body);
using Kind = FlagSpec::Kind;

/// One node under inspection; a method for each instruction.
class InstructionParser {
 public:
  InstructionParser(const SourceText& source, const Node& node)
      : source_(source), node_(node), keyword_(upper(node.keyword)) {}

  Body parse() const {
    for (const auto& [keyword, method] : kInstructions) {
      if (keyword == keyword_) return (this->*method)();
    }
    std::vector<std::string> known;
    for (const auto& [keyword, method] : kInstructions) known.emplace_back(keyword);
    const std::string near = oci::nearest(keyword_, known);
    fail("unknown instruction \"" + node_.keyword + "\"", node_.keyword,
         near.empty() ? "" : "did you mean " + near + "?");
  }

 private:
  struct Known {
    std::string_view keyword;
    Body (InstructionParser::*method)() const;
  };
  static const std::array<Known, 18> kInstructions;

  Body from() const {
    const auto known = flags({{"platform", Kind::kText}});
    const auto words = split_blanks(node_.arguments);
    const bool named = words.size() == 3 && equal_ignoring_case(words[1], "as");
    if (words.size() != 1 && !named) {
      fail("FROM takes an image, or an image AS a name", node_.arguments, "FROM image [AS name]");
    }
    return FromInstruction{known.text("platform"), words[0], named ? stage_name(words[2]) : ""};
  }

  std::string stage_name(const std::string& written) const {
    std::string name = lower(written);
    const bool starts_well = name.front() >= 'a' && name.front() <= 'z';
    const auto bad = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.");
    if (!starts_well || bad != std::string::npos) {
      fail("\"" + written + "\" cannot be the name of a stage", written,
           "a letter first, then letters, digits, '-', '_' and '.'");
    }
    return name;
  }

  Body arg() const {
    no_flags();
    ArgInstruction result;
    for (const auto& word : split_quoted(node_.arguments, node_.escape)) {
      const auto equals = word.find('=');
      if (equals == 0) fail("an ARG has no name", word);
      ArgInstruction::Definition definition{word.substr(0, equals), std::nullopt};
      if (equals != std::string::npos) definition.value = word.substr(equals + 1);
      result.definitions.push_back(std::move(definition));
    }
    if (result.definitions.empty()) fail("ARG needs at least one name", {});
    return result;
  }

  Body env() const {
    no_flags();
    return EnvInstruction{name_values()};
  }

  Body label() const {
    no_flags();
    return LabelInstruction{name_values()};
  }

  /// `name=value ...`, or the old form `name the whole rest`.
  std::vector<NameValue> name_values() const {
    const auto words = split_quoted(node_.arguments, node_.escape);
    if (words.empty()) fail(keyword_ + " needs at least one name=value", {});
    if (words.front().find('=') == std::string::npos) return {old_form()};
    std::vector<NameValue> result;
    for (const auto& word : words) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) {
        fail("\"" + word + "\" has no '='", word, "quote a value that holds blanks");
      }
      if (equals == 0) fail(keyword_ + " has a name that is empty", word);
      result.push_back({word.substr(0, equals), word.substr(equals + 1)});
    }
    return result;
  }

  NameValue old_form() const {
    const auto [name, value] = split_first(node_.arguments);
    if (value.empty()) {
      fail(keyword_ + " " + std::string(name) + " has no value", name,
           "write " + keyword_ + " " + std::string(name) + "=VALUE");
    }
    return {std::string(name), std::string(value)};
  }

  Body copy() const {
    const auto known = flags({{"from", Kind::kText},
                              {"chown", Kind::kText},
                              {"chmod", Kind::kText},
                              {"link", Kind::kSwitch},
                              {"parents", Kind::kSwitch},
                              {"exclude", Kind::kList}});
    CopyInstruction result = files(known);
    result.from = known.text("from");
    result.parents = known.toggle("parents").value_or(false);
    if (result.from.find('$') != std::string::npos) {
      fail("--from takes no variable", "--from=" + result.from,
           "write FROM " + result.from + " as a stage of its own, and name that stage");
    }
    return result;
  }

  Body add() const {
    const auto known = flags({{"chown", Kind::kText},
                              {"chmod", Kind::kText},
                              {"link", Kind::kSwitch},
                              {"keep-git-dir", Kind::kSwitch},
                              {"checksum", Kind::kText},
                              {"unpack", Kind::kSwitch},
                              {"exclude", Kind::kList}});
    return AddInstruction{files(known), known.text("checksum"), known.toggle("keep-git-dir"),
                          known.toggle("unpack")};
  }

  /// What COPY and ADD share: sources, here-documents among them, and the destination.
  CopyInstruction files(const InstructionFlags& known) const {
    const JsonForm json = json_form();
    auto words = json.is_strings() ? json.words : split_blanks(node_.arguments);
    if (words.size() < 2) {
      fail(keyword_ + " needs a source and a destination", node_.arguments,
           keyword_ + " source... destination");
    }
    CopyInstruction result;
    result.destination = words.back();
    words.pop_back();
    if (!json.is_strings() && parse_heredoc_word(result.destination)) {
      fail("a here-document cannot be the destination", result.destination);
    }
    for (auto& word : words) add_source(result, std::move(word));
    result.chown = known.text("chown");
    result.chmod = known.text("chmod");
    result.link = known.toggle("link").value_or(false);
    result.excludes = known.list("exclude");
    return result;
  }

  void add_source(CopyInstruction& into, std::string word) const {
    const auto announced = parse_heredoc_word(word);
    const auto body = std::find_if(
        node_.heredocs.begin(), node_.heredocs.end(),
        [&](const Heredoc& heredoc) { return announced && heredoc.name == announced->name; });
    if (body == node_.heredocs.end()) {
      into.sources.push_back(std::move(word));
    } else {
      into.heredocs.push_back(*body);
    }
  }

  Body run() const {
    const auto known = flags({{"mount", Kind::kList},
                              {"network", Kind::kText},
                              {"security", Kind::kText},
                              {"device", Kind::kList}});
    RunInstruction result;
    result.command = command_line();
    if (result.command.words.empty() || result.command.words.front().empty()) {
      fail("RUN needs a command", {});
    }
    result.heredocs = node_.heredocs;
    for (const auto& text : known.list("mount")) result.mounts.push_back(mount(text));
    result.network = one_of(known, "network", {"default", "none", "host"});
    result.security = one_of(known, "security", {"sandbox", "insecure"});
    result.devices = known.list("device");
    return result;
  }

  MountFlag mount(const std::string& text) const {
    try {
      return parse_mount_flag(text);
    } catch (const oci::Error& error) {
      throw at_source(error, source_, node_.range, text);
    }
  }

  std::string one_of(const InstructionFlags& known, const std::string& name,
                     const std::vector<std::string>& allowed) const {
    const std::string value = known.text(name);
    if (value.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) {
      return value;
    }
    const std::string near = oci::nearest(value, allowed);
    fail("--" + name + " cannot be \"" + value + "\"", value,
         near.empty() ? "" : "did you mean \"" + near + "\"?");
  }

  Body cmd() const {
    no_flags();
    return CmdInstruction{command_line()};
  }

  Body entrypoint() const {
    no_flags();
    return EntrypointInstruction{command_line()};
  }

  CommandLine command_line() const {
    JsonForm json = json_form();
    if (json.is_strings()) return {CommandLine::Form::kExec, std::move(json.words)};
    return {CommandLine::Form::kShell, {node_.arguments}};
  }

  Body shell() const {
    no_flags();
    JsonForm json = json_form();
    if (!json.is_strings() || json.words.empty()) {
      fail("SHELL takes a JSON array of at least one string", node_.arguments,
           R"(SHELL ["/bin/bash", "-c"])");
    }
    return ShellInstruction{std::move(json.words)};
  }

  Body healthcheck() const { return HealthcheckInstruction{parse_healthcheck(source_, node_)}; }
  Body workdir() const { return WorkdirInstruction{whole_line()}; }
  Body user() const { return UserInstruction{whole_line()}; }
  Body stopsignal() const { return StopsignalInstruction{whole_line()}; }
  Body maintainer() const { return MaintainerInstruction{whole_line()}; }

  Body expose() const {
    no_flags();
    ExposeInstruction result{split_blanks(node_.arguments)};
    if (result.ports.empty()) fail("EXPOSE needs at least one port", {});
    return result;
  }

  Body volume() const {
    no_flags();
    JsonForm json = json_form();
    VolumeInstruction result{json.is_strings() ? std::move(json.words)
                                               : split_blanks(node_.arguments)};
    if (result.volumes.empty()) fail("VOLUME needs at least one path", {});
    for (auto& path : result.volumes) {
      path = trim(path);
      if (path.empty()) fail("a path of VOLUME is empty", node_.arguments);
    }
    return result;
  }

  Body onbuild() const {
    no_flags();
    const auto [word, rest] = split_first(node_.arguments);
    const std::string trigger = upper(word);
    if (trigger.empty()) fail("ONBUILD needs an instruction", {});
    if (trigger == "ONBUILD") fail("ONBUILD cannot be the trigger of ONBUILD", word);
    if (trigger == "FROM" || trigger == "MAINTAINER") {
      fail(trigger + " cannot be the trigger of ONBUILD", word);
    }
    OnbuildInstruction result{node_.arguments};
    for (const auto& heredoc : node_.heredocs) {
      result.trigger += "\n" + heredoc.content + heredoc.name;
    }
    return result;
  }

  std::string whole_line() const {
    no_flags();
    if (node_.arguments.empty()) fail(keyword_ + " needs an argument", {});
    return node_.arguments;
  }

  JsonForm json_form() const {
    JsonForm json = parse_json_form(node_.arguments);
    if (json.kind == JsonForm::Kind::kOtherValues) {
      fail("the array of " + keyword_ + " holds something that is no string", node_.arguments,
           "put every item between double quotes");
    }
    return json;
  }

  InstructionFlags flags(std::initializer_list<FlagSpec> known) const {
    return InstructionFlags(source_, node_, known);
  }
  void no_flags() const { flags({}); }

  [[noreturn]] void fail(const std::string& message, std::string_view word,
                         std::string hint = {}) const {
    throw source_error(source_, node_.range, message, word, std::move(hint));
  }

  const SourceText& source_;
  const Node& node_;
  std::string keyword_;
};

const std::array<InstructionParser::Known, 18> InstructionParser::kInstructions = {{
    {"FROM", &InstructionParser::from},
    {"ARG", &InstructionParser::arg},
    {"ENV", &InstructionParser::env},
    {"LABEL", &InstructionParser::label},
    {"COPY", &InstructionParser::copy},
    {"ADD", &InstructionParser::add},
    {"RUN", &InstructionParser::run},
    {"CMD", &InstructionParser::cmd},
    {"ENTRYPOINT", &InstructionParser::entrypoint},
    {"SHELL", &InstructionParser::shell},
    {"HEALTHCHECK", &InstructionParser::healthcheck},
    {"WORKDIR", &InstructionParser::workdir},
    {"USER", &InstructionParser::user},
    {"EXPOSE", &InstructionParser::expose},
    {"VOLUME", &InstructionParser::volume},
    {"STOPSIGNAL", &InstructionParser::stopsignal},
    {"ONBUILD", &InstructionParser::onbuild},
    {"MAINTAINER", &InstructionParser::maintainer},
}};

}  // namespace

Instruction parse_instruction(const SourceText& source, const Node& node) {
  return {InstructionParser(source, node).parse(), node.range, node.text, node.escape};
}

}  // namespace bale::builder
