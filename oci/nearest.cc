// SPDX-License-Identifier: Apache-2.0
#include "oci/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace bale::oci {

namespace {

/// Letters to add, leave out, replace, or swap with the next one.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_above;
  std::vector<std::size_t> above(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
    two_above = std::exchange(above, row);
  }
  return above.back();
}

/// How many letters may differ; of a short word few, or every other one would be near.
std::size_t tolerance(std::size_t letters) {
  return letters < 4 ? 1 : std::max<std::size_t>(2, letters / 3);
}

}  // namespace

std::string nearest(std::string_view text, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = tolerance(text.size()) + 1;
  for (const auto& word : known) {
    const std::size_t distance = edit_distance(text, word);
    if (distance < best_distance) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace bale::oci
