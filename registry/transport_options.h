// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "registry/transfer_queue.h"

namespace bale::registry {

struct TransportOptions {
  std::string user_agent = "bale";
  HostLimits limits = {};
  std::chrono::milliseconds connect_timeout{20'000};
  /// A transfer fails when it has not moved for this long; there is no limit on the whole.
  std::chrono::seconds stall_timeout{60};
};

}  // namespace bale::registry
