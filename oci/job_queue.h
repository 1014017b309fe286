// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "oci/thread_pool.h"

namespace bale::oci {

/// The jobs of one owner on a pool that it shares with others. The pool's threads take them as they
/// get free; the owner takes them itself while it has to wait. So the owner gets on even if every
/// thread of the pool is busy or blocked, and it never runs somebody else's task, which might wait
/// for the owner. Jobs must neither throw nor block. `submit` is thread-safe; the rest belongs to
/// the owner's thread.
class JobQueue {
 public:
  /// `pool` must outlive the queue.
  explicit JobQueue(ThreadPool& pool);
  /// Drops the jobs that wait and joins those that run.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  enum class Priority { kNext, kLast };
  void submit(std::function<void()> job, Priority priority = Priority::kLast);

  /// Runs jobs until `done` says so, which is asked again after each job that ended anywhere.
  void help_until(const std::function<bool()>& done);

 private:
  struct State;
  ThreadPool& pool_;
  std::shared_ptr<State> state_;  // shared with the pool's tasks, which may come after the queue
};

}  // namespace bale::oci
