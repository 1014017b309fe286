// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace bale::oci {

/// A fixed number of threads for work that computes; made once in `main` and passed down.
/// Thread-safe. Tasks must not wait for other tasks of the same pool except through a TaskGroup,
/// whose `wait` helps out.
class ThreadPool {
 public:
  /// `threads` of at least 1.
  explicit ThreadPool(std::size_t threads);
  /// Finishes what was submitted.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::size_t size() const;
  /// `task` must not throw; a TaskGroup wraps those that do.
  void submit(std::function<void()> task);
  /// Runs one queued task in the calling thread; false where none was queued.
  bool run_one();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Tasks that belong together. `wait` joins them and rethrows the first error; the destructor joins
/// and swallows. One owner thread; `run` may also be called from the group's own tasks.
class TaskGroup {
 public:
  explicit TaskGroup(ThreadPool& pool);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  void run(std::function<void()> task);
  /// Works on queued tasks of the pool while it waits.
  void wait();
  /// Whether a task has failed: long tasks may end early.
  bool failed() const;

 private:
  struct State;
  ThreadPool& pool_;
  std::shared_ptr<State> state_;  // shared with tasks that still run
};

/// Calls `work` for `count` items, cut into pieces of `piece` that are worth a task: on the pool,
/// or all at once in the calling thread where it is null. Returns when all is done; rethrows the
/// first error.
void in_pieces(ThreadPool* pool, std::size_t count, std::size_t piece,
               const std::function<void(std::size_t begin, std::size_t end)>& work);

}  // namespace bale::oci
