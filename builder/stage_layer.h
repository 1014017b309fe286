// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/descriptor.h"
#include "oci/digest.h"

namespace bale::builder {

/// A layer of a stage: the blob, and the DiffId that its content must have.
struct StageLayer {
  oci::Descriptor descriptor;
  oci::DiffId diff_id;

  friend bool operator==(const StageLayer&, const StageLayer&) = default;
};

}  // namespace bale::builder
