// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "oci/error.h"
#include "oci/io.h"
#include "registry/http_message.h"

namespace bale::registry {

/// Why no answer came, or why it broke off.
struct TransferFailure {
  oci::Error error;
  bool retryable = false;
};

/// Moves one transfer, in the thread that calls.
class TransferDriver {
 public:
  virtual ~TransferDriver() = default;
  /// Moves what can be moved without waiting; false once the transfer has ended.
  virtual bool move() = 0;
  /// Until there is more to move, or `stop` is asked for.
  virtual void sleep(const std::stop_token& stop) = 0;
};

/// One exchange, and the meeting place of two sides: the HTTP side, which must never wait, and the
/// owner, who asked for it, feeds the body and reads the answer. The HTTP side is a thread of its
/// own, or the owner at those times when it would wait. Each direction holds at most two chunks; a
/// side that runs ahead pauses. Thread-safe between those two.
class Transfer {
 public:
  /// `wake` makes the HTTP side look at `take_attention`.
  Transfer(Request request, std::function<void()> wake);

  const Request& request() const { return request_; }

  // The HTTP side; nothing here blocks.

  /// Takes bytes of the answer; false where there is no room yet: pause and offer them again. The
  /// owner hears of them when there is no more room, else by `announce`: to wake somebody for each
  /// piece that comes costs more than to hash it.
  bool deliver(oci::Bytes bytes);
  void announce();
  /// Fills `buffer` with bytes of the body: 0 is its end, nothing means pause.
  std::optional<std::size_t> supply(oci::MutableBytes buffer);
  void begin_response(ResponseHead head);
  /// Instead of beginning it: the owner moves the transfer from now on, whenever it would wait.
  void give_driver(std::unique_ptr<TransferDriver> driver);
  void end(std::optional<TransferFailure> failure);
  /// Whether the owner did something that a paused transfer waits for, since last asked.
  bool take_attention() { return attention_.exchange(false); }
  bool cancelled() const { return cancelled_; }

  // The owner's side. All throw kInterrupted once `stop` is asked for.

  /// Hands the body over until it ends or the answer comes early. Throws kCorrupt where the source
  /// has not exactly the size that the request promised.
  void feed(oci::Source& body, const std::stop_token& stop);
  /// Waits for the head of the answer; nothing where the transfer failed before.
  std::optional<ResponseHead> wait_head(const std::stop_token& stop);
  std::optional<TransferFailure> failure() const;
  /// Bytes of the answer; 0 at its end. Throws what broke the transfer.
  std::size_t read(oci::MutableBytes buffer, const std::stop_token& stop);
  /// Gives the transfer up. Harmless once it has ended.
  void cancel();

 private:
  /// A chunk being emptied from the front.
  class Chunk {
   public:
    /// Bytes: twice what is read and written elsewhere, since a wake-up stands behind each where
    /// two threads meet.
    static constexpr std::size_t kSize = 2 * oci::kChunkSize;

    bool empty() const { return begin_ == end_; }
    /// Room behind the last byte; makes the memory on first use.
    oci::MutableBytes room();
    void grow(std::size_t count) { end_ += count; }
    bool append(oci::Bytes bytes);
    std::size_t take(oci::MutableBytes buffer);

   private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
  };

  /// Waits until `ready()`, or works for it; called with the lock held.
  template <typename Ready>
  void wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Ready ready);
  bool hand_over(Chunk& chunk, const std::stop_token& stop);
  void call_attention();

  const Request request_;
  const std::function<void()> wake_;
  std::atomic<bool> attention_ = false;
  std::atomic<bool> cancelled_ = false;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<ResponseHead> head_;
  bool ended_ = false;
  std::optional<TransferFailure> failure_;
  Chunk upload_;
  bool upload_complete_ = false;
  bool upload_paused_ = false;
  Chunk download_;
  bool download_paused_ = false;
  bool announced_ = true;  // the HTTP side's alone
  Chunk reading_;          // the owner's alone
  // The owner's alone, once it is there. It holds us in turn, until the end or `cancel`.
  std::unique_ptr<TransferDriver> driver_;
};

}  // namespace bale::registry
