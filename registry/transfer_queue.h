// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "registry/transfer.h"

namespace bale::registry {

/// How many transfers one host gets at once.
struct HostLimits {
  std::size_t small = 32;
  std::size_t uploads = 6;
  std::size_t downloads = 6;
};

/// Transfers that wait for their time: the scheduler of retries and the limiter of hosts in one.
/// Ordered by "not before". Uploads and downloads are counted apart, since a copy within one
/// registry holds a download open while it waits for its upload. One thread at a time.
class TransferQueue {
 public:
  enum class Lane { kSmall, kUpload, kDownload };
  /// What a transfer counts against.
  struct Slot {
    Origin host;
    Lane lane = Lane::kSmall;
    friend auto operator<=>(const Slot&, const Slot&) = default;
  };
  static Slot slot_of(const Transfer& transfer);

  explicit TransferQueue(HostLimits limits) : limits_(limits) {}

  void push(std::shared_ptr<Transfer> transfer);
  /// Removes and returns what may start now; each has its slot until `finished`.
  std::vector<std::shared_ptr<Transfer>> take_due(Clock::time_point now);
  void finished(const Slot& slot);
  /// Nothing more goes to the host before `until`: it asked for less.
  void hold(const Origin& host, Clock::time_point until);
  /// When `take_due` will have something, given that nothing else happens.
  std::optional<Clock::time_point> next_due() const;
  /// Everything still waiting; the queue is empty then.
  std::vector<std::shared_ptr<Transfer>> drain();

 private:
  bool has_room(const Slot& slot) const;
  Clock::time_point start_time(const Transfer& transfer) const;

  HostLimits limits_;
  std::multimap<Clock::time_point, std::shared_ptr<Transfer>> waiting_;
  std::map<Slot, std::size_t> running_;
  std::map<Origin, Clock::time_point> held_;
};

}  // namespace bale::registry
