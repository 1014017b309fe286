// SPDX-License-Identifier: Apache-2.0
#include "builder/stop_signal.h"

#include <algorithm>
#include <string>
#include <vector>

#include "builder/words.h"
#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

const std::vector<std::string>& signal_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {
        "ABRT", "ALRM", "BUS",  "CHLD",   "CLD",   "CONT", "FPE",  "HUP",   "ILL",
        "INT",  "IO",   "IOT",  "KILL",   "PIPE",  "POLL", "PROF", "PWR",   "QUIT",
        "SEGV", "STOP", "SYS",  "STKFLT", "TERM",  "TRAP", "TSTP", "TTIN",  "TTOU",
        "URG",  "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX"};
    for (int i = 1; i <= 15; ++i) all.push_back("RTMIN+" + std::to_string(i));
    for (int i = 1; i <= 14; ++i) all.push_back("RTMAX-" + std::to_string(i));
    return all;
  }();
  return names;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void check_stop_signal(std::string_view text) {
  if (is_number(text) && text.find_first_not_of('0') != std::string_view::npos) return;
  std::string name = upper(text);
  if (name.starts_with("SIG")) name.erase(0, 3);
  const auto& known = signal_names();
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const std::string near = oci::nearest(name, known);
  throw oci::Error(oci::ErrorCode::kInvalid, "\"" + std::string(text) + "\" is no signal",
                   near.empty() ? "" : "did you mean SIG" + near + "?");
}

}  // namespace bale::builder
