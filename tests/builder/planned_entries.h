// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/copy_plan.h"

namespace bale::test {

/// All that a plan writes, in its order.
inline std::vector<oci::TarEntry> entries_of(const builder::CopyPlan& plan) {
  std::vector<oci::TarEntry> all;
  for (builder::CopyPlan::Reader entries(plan); const auto* planned = entries.next();)
    all.push_back(planned->entry);
  return all;
}

}  // namespace bale::test
