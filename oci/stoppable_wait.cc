// SPDX-License-Identifier: Apache-2.0
#include "oci/stoppable_wait.h"

#include <array>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "oci/error.h"

namespace bale::oci {

namespace {

constexpr int kForEver = -1;
constexpr int kPauseMs = 50;
/// poll(2) passes over it.
constexpr int kNoDescriptor = -1;

/// Of what can be written to: a pipe takes PIPE_BUF bytes for sure, and all that it can hold where
/// it is empty, as one is whose reader is the faster.
std::size_t room_in(int fd) {
  const int capacity = ::fcntl(fd, F_GETPIPE_SZ);
  int unread = 0;
  const bool empty = capacity > 0 && ::ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
  return empty ? static_cast<std::size_t>(capacity) : PIPE_BUF;
}

UniqueFd make_event() {
  UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  if (!event) throw errno_error("making an event");
  return event;
}

}  // namespace

StoppableWait::StoppableWait(const std::stop_token& stop)
    : stopped_(make_event()),
      on_stop_(stop, [event = stopped_.get()] { ::eventfd_write(event, 1); }) {}

void StoppableWait::until_readable(int fd) const { wait(fd, POLLIN, kForEver); }

std::size_t StoppableWait::until_writable(int fd) const {
  wait(fd, POLLOUT, kForEver);
  return room_in(fd);
}

void StoppableWait::pause() const { wait(kNoDescriptor, 0, kPauseMs); }

void StoppableWait::wait(int fd, short events, int timeout_ms) const {
  std::array<pollfd, 2> watched{{{stopped_.get(), POLLIN, 0}, {fd, events, 0}}};
  while (::poll(watched.data(), watched.size(), timeout_ms) < 0) {
    if (errno != EINTR) throw errno_error("waiting for a file");
  }
  if (watched[0].revents != 0) throw Error(ErrorCode::kInterrupted, "interrupted");
}

}  // namespace bale::oci
