// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "builder/file_tree.h"
#include "oci/thread_pool.h"

namespace bale::builder {

/// Lists the folders of a tree before they are asked for, on other threads: what somebody needs who
/// goes through a tree on disk. Holds few listings at a time, and none of a large folder. One
/// thread at a time.
class ListAhead {
 public:
  /// Both must outlive it. Without a pool nothing is listed ahead.
  ListAhead(const FileTree& tree, oci::ThreadPool* pool) : tree_(tree), pool_(pool) {}
  /// Waits for listings that are under way.
  ~ListAhead();
  ListAhead(const ListAhead&) = delete;
  ListAhead& operator=(const ListAhead&) = delete;

  /// These folders will be asked for in this order, before all that were named earlier.
  void expect(const std::deque<std::string>& folders);
  /// As FileTree::each.
  void each(const std::string& folder, const FileTree::FileVisitor& visit);

 private:
  struct Listing;

  void start_some();
  void start(const std::string& folder);

  const FileTree& tree_;
  oci::ThreadPool* const pool_;
  std::deque<std::string> expected_;
  std::map<std::string, std::shared_ptr<Listing>> started_;  // shared with their tasks
};

}  // namespace bale::builder
