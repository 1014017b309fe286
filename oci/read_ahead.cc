// SPDX-License-Identifier: Apache-2.0
#include "oci/read_ahead.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bale::oci {

namespace {

constexpr std::size_t kChunks = 16;

struct Chunk {
  std::unique_ptr<std::byte[]> memory = std::make_unique_for_overwrite<std::byte[]>(kChunkSize);
  std::size_t size = 0;
};

}  // namespace

struct ReadAheadSource::State {
  explicit State(std::unique_ptr<Source> source) : next(std::move(source)) {}

  void produce();
  bool wait_for_room(Chunk& chunk);
  bool wait_for_chunk();

  std::unique_ptr<Source> next;  // the thread's

  Chunk current;  // the reader's
  std::size_t taken = 0;

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<Chunk> ready;
  std::vector<Chunk> idle;
  bool ended = false;
  bool stopping = false;
  std::exception_ptr error;

  std::thread thread;
};

void ReadAheadSource::State::produce() {
  std::exception_ptr failure;
  Chunk chunk;
  try {
    while (wait_for_room(chunk)) {
      chunk.size = read_full(*next, {chunk.memory.get(), kChunkSize});
      const bool last = chunk.size < kChunkSize;
      const std::lock_guard lock(mutex);
      if (chunk.size > 0) ready.push_back(std::move(chunk));
      changed.notify_all();
      if (last) break;
    }
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex);
  ended = true;
  error = std::move(failure);
  changed.notify_all();
}

/// False where nobody reads any more.
bool ReadAheadSource::State::wait_for_room(Chunk& chunk) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return stopping || ready.size() < kChunks; });
  if (stopping) return false;
  if (!chunk.memory && !idle.empty()) {
    chunk = std::move(idle.back());
    idle.pop_back();
  } else if (!chunk.memory) {
    chunk = Chunk();
  }
  return true;
}

/// False at the end; throws the source's error there.
bool ReadAheadSource::State::wait_for_chunk() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return ended || !ready.empty(); });
  if (ready.empty()) {
    if (error) std::rethrow_exception(error);
    return false;
  }
  idle.push_back(std::exchange(current, std::move(ready.front())));
  ready.pop_front();
  taken = 0;
  changed.notify_all();
  return true;
}

ReadAheadSource::ReadAheadSource(std::unique_ptr<Source> next)
    : state_(std::make_unique<State>(std::move(next))) {
  state_->thread = std::thread([state = state_.get()] { state->produce(); });
}

ReadAheadSource::~ReadAheadSource() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

std::size_t ReadAheadSource::read(MutableBytes buffer) {
  State& state = *state_;
  if (state.taken == state.current.size && !state.wait_for_chunk()) return 0;
  const std::size_t count = std::min(buffer.size(), state.current.size - state.taken);
  std::memcpy(buffer.data(), state.current.memory.get() + state.taken, count);
  state.taken += count;
  return count;
}

}  // namespace bale::oci
