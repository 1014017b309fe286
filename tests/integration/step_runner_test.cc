// SPDX-License-Identifier: Apache-2.0
#include "builder/step_runner.h"

#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "builder/cache_folder.h"
#include "builder/context_tree.h"
#include "builder/mount_point.h"
#include "builder/overlay_diff.h"
#include "builder/podman_executor.h"
#include "builder/probe_program.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/layer_toc.h"
#include "oci/new_file.h"
#include "tests/support/podman.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

class StepRunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto& obstacle = test::podman_obstacle();
    if (!obstacle.empty()) GTEST_SKIP() << obstacle;
    test::make_busybox_root(scratch_ / "base");
    layers_.push_back(layer_of(scratch_ / "base"));
    fs::create_directory(scratch_ / "none");
    settings_.cache_mounts = scratch_ / "caches";
    step_.env = {"PATH=/bin"};
    step_.cwd = "/";
  }
  void TearDown() override {
    const auto mountinfo = oci::read_file("/proc/self/mountinfo", 1 << 24);
    EXPECT_TRUE(mount_points_below(mountinfo, scratch_.path()).empty());
    const fs::path runs = snapshots().runs_folder();
    EXPECT_TRUE(!fs::exists(runs) || fs::is_empty(runs));
  }

  /// Everything that is in a folder, as a layer.
  StageLayer layer_of(const fs::path& folder) {
    const test::ScratchFolder empty;
    oci::StringSink toc;
    oci::LayerWriter writer(store_, pool_, {}, toc);
    visit_changes({folder, empty.path(), empty.path()},
                  [&](oci::TarEntry entry, const fs::path& file) {
                    if (entry.size > 0) {
                      writer.add_file(std::move(entry), file);
                    } else {
                      writer.add(std::move(entry));
                    }
                  });
    const auto result = writer.finish();
    return {result.descriptor, result.diff_id};
  }

  Snapshots snapshots() { return Snapshots(scratch_ / "snapshots", store_, pool_); }

  /// Runs a script on the layers so far, and adds what it makes to them.
  bool run(const std::string& script) {
    step_.argv = {"/bin/sh", "-c", script};
    return run_step();
  }
  bool run_step() { return run_step_with(podman_); }
  bool run_step_with(Executor& executor) {
    auto unpacked = snapshots();
    StepRunner runner(unpacked, executor, store_, pool_, settings_);
    oci::StringSink toc;
    const auto layer = runner.run({step_, layers_, origins_, options_},
                                  {[this](std::string_view line) { output_.emplace_back(line); }},
                                  toc, stop_.get_token());
    if (!layer) return false;
    layers_.push_back({layer->descriptor, layer->diff_id});
    return true;
  }

  /// The paths in the last layer.
  Lines last_layer() const {
    Lines paths;
    oci::walk_layer(store_, layers_.back().descriptor,
                    [&](const oci::TarEntry& entry, oci::Source&) { paths.push_back(entry.path); });
    return paths;
  }

  oci::Error failure(const std::string& script) {
    try {
      run(script);
    } catch (const oci::Error& error) {
      return error;
    }
    return {oci::ErrorCode::kInvalid, "nothing failed"};
  }

  test::ScratchFolder scratch_;
  oci::MemoryStore store_;
  oci::ThreadPool pool_{2};
  PodmanExecutor podman_;
  RunSettings settings_;
  RunStep step_;
  std::vector<StageLayer> layers_;
  MountOrigins origins_;
  oci::LayerOptions options_;
  std::stop_source stop_;
  Lines output_;
};

TEST_F(StepRunnerTest, MakesNoLayerOfNothing) { EXPECT_FALSE(run("true")); }

TEST_F(StepRunnerTest, StacksLayers) {
  ASSERT_TRUE(run("mkdir /srv; echo 1 > /srv/one; echo 2 > /srv/two; ln /srv/one /srv/uno"));
  EXPECT_EQ(last_layer(), (Lines{"srv", "srv/one", "srv/two", "srv/uno"}));
  ASSERT_TRUE(run("rm /srv/two; echo more >> /srv/one"));
  EXPECT_EQ(last_layer(), (Lines{"srv", "srv/one", "srv/.wh.two"}));
  ASSERT_TRUE(run("cat /srv/one; ls /srv; rm -r /srv; mkdir /srv"));
  EXPECT_EQ(output_, (Lines{"1", "more", "one", "uno"}));
  EXPECT_EQ(last_layer(), (Lines{"srv", "srv/.wh..wh..opq"}));
}

// The upper folder of a step becomes the snapshot of its layer; what is unpacked from the blob must
// look just the same to the next step.
TEST_F(StepRunnerTest, SeesTheSameInItsOwnTreesAndInUnpackedOnes) {
  ASSERT_TRUE(
      run("mkdir -p /d/sub /e; echo x > /d/file; chmod 4711 /d/file; chown 5:6 /d /e; "
          "ln -s file /d/link; ln /d/file /d/hard"));
  ASSERT_TRUE(run("rm -r /d/sub; rm -r /e; mkdir /e; echo y > /e/new; rm /bin/uname"));
  constexpr const char* kList =
      "for f in /d /d/* /e /e/* /bin/*; do stat -c '%A %u:%g %h %n' $f; done";
  const auto list = [&] {
    output_.clear();
    run(kList + std::string("; true"));
    return output_;
  };
  const auto adopted = list();
  fs::remove_all(scratch_ / "snapshots/layers");
  EXPECT_EQ(list(), adopted);
  EXPECT_FALSE(adopted.empty());
}

TEST_F(StepRunnerTest, GivesTheSameLayerTwiceWithAnEpoch) {
  options_.clamp_mtime = 1'700'000'000;
  constexpr const char* kScript = "mkdir -p /a/b; echo x > /a/b/c; ln -s c /a/b/d";
  ASSERT_TRUE(run(kScript));
  const auto first = layers_.back();
  layers_.pop_back();
  fs::remove_all(scratch_ / "snapshots");
  ASSERT_TRUE(run(kScript));
  EXPECT_EQ(layers_.back().diff_id, first.diff_id);
  EXPECT_EQ(layers_.back().descriptor, first.descriptor);
}

TEST_F(StepRunnerTest, ShowsTheNextStepTheTimesThatTheLayerHas) {
  options_.clamp_mtime = 1'700'000'000;
  ASSERT_TRUE(run("touch /new; touch -d '2001-01-01 00:00:00' /old"));
  EXPECT_FALSE(run("stat -c %Y.%y /new /old"));
  const auto adopted = output_;
  fs::remove_all(scratch_ / "snapshots/layers");
  output_.clear();
  EXPECT_FALSE(run("stat -c %Y.%y /new /old"));
  EXPECT_EQ(output_, adopted);
  ASSERT_FALSE(adopted.empty());
  EXPECT_TRUE(adopted[0].starts_with("1700000000"));
}

TEST_F(StepRunnerTest, StartsFromNothing) {
  layers_.clear();
  fs::create_directory(scratch_ / "only");
  fs::copy_file("/bin/busybox", scratch_ / "only/busybox");
  layers_.push_back(layer_of(scratch_ / "only"));
  step_.argv = {"/busybox", "touch", "/made"};
  ASSERT_TRUE(run_step());
  EXPECT_EQ(last_layer(), Lines{"made"});
  layers_.clear();
  EXPECT_THROW(run_step(), oci::Error);  // of no layers there is nothing to run
}

TEST_F(StepRunnerTest, SaysWhyAStepFailedWithItsLastOutput) {
  const auto error = failure("echo before; echo reason >&2; exit 7");
  EXPECT_EQ(error.code(), oci::ErrorCode::kStepFailed);
  EXPECT_STREQ(error.what(), "the command failed with exit code 7");
  EXPECT_EQ(error.detail(), "before\nreason");
  EXPECT_STREQ(failure("sh -c 'kill -9 $$'; exit $?").what(), "the command was ended by signal 9");
}

TEST_F(StepRunnerTest, SaysThatAStepTookTooLong) {
  settings_.timeout = 300ms;
  const auto error = failure("echo started; sleep 60");
  EXPECT_EQ(error.code(), oci::ErrorCode::kStepFailed);
  EXPECT_STREQ(error.what(), "the command took longer than 0.3 s");
}

TEST_F(StepRunnerTest, IsInterrupted) {
  stop_.request_stop();
  EXPECT_EQ(failure("sleep 60").code(), oci::ErrorCode::kInterrupted);
}

TEST_F(StepRunnerTest, RunsStepsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<int> lines(4);
  auto unpacked = snapshots();
  StepRunner runner(unpacked, podman_, store_, pool_, settings_);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    threads.emplace_back([&, i] {
      RunStep step = step_;
      step.argv = {"/bin/sh", "-c", "echo " + std::to_string(i) + " | tee /file"};
      oci::StringSink toc;
      const auto layer = runner.run({step, layers_}, {[&, i](std::string_view) { ++lines[i]; }},
                                    toc, stop_.get_token());
      EXPECT_TRUE(layer);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(lines, (std::vector<int>{1, 1, 1, 1}));
}

TEST_F(StepRunnerTest, ExecutesForeignPrograms) {
  const auto foreign = oci::Platform::parse("linux/arm64");
  try {
    podman_.check(foreign);
  } catch (const oci::Error& error) {
    GTEST_SKIP() << error.what();
  }
  fs::create_directory(scratch_ / "foreign");
  oci::write_file_atomically(scratch_ / "foreign/probe", probe_program(foreign).value(), 0755);
  layers_ = {layer_of(scratch_ / "foreign")};
  step_.argv = {"/probe"};
  try {
    run_step();
    FAIL() << "it ends with " << kProbeExit;
  } catch (const oci::Error& error) {
    EXPECT_STREQ(error.what(), "the command failed with exit code 42");
  }
}

TEST_F(StepRunnerTest, KeepsSecretsOutOfTheLayer) {
  settings_.secrets.emplace("token", oci::Secret("hunter2"));
  step_.mounts = {SecretMount{"token", "/run/secrets/token", "TOKEN", true, 0400, 1000, 0}};
  ASSERT_TRUE(
      run("cat /run/secrets/token; echo; echo $TOKEN; stat -c '%a %u' /run/secrets/token; "
          "echo done > /done"));
  EXPECT_EQ(output_, (Lines{"hunter2", "hunter2", "400 1000"}));
  EXPECT_EQ(last_layer(), Lines{"done"});
}

TEST_F(StepRunnerTest, NeedsTheSecretsThatAreRequired) {
  step_.mounts = {SecretMount{"token", "/run/secrets/token", {}, false}};
  EXPECT_FALSE(run("test ! -s /run/secrets/token"));
  step_.mounts = {SecretMount{"token", "/run/secrets/token", {}, true}};
  const auto error = failure("true");
  EXPECT_EQ(error.code(), oci::ErrorCode::kInvalid);
  EXPECT_NE(error.hint().find("--secret id=token"), std::string::npos);
}

TEST_F(StepRunnerTest, KeepsCachesBetweenSteps) {
  for (const auto sharing :
       {CacheSharing::kShared, CacheSharing::kPrivate, CacheSharing::kLocked}) {
    CacheMount cache{"/cache", "id-" + std::to_string(static_cast<int>(sharing)), sharing};
    step_.mounts = {cache};
    output_.clear();
    EXPECT_FALSE(run("echo kept > /cache/file"));
    EXPECT_FALSE(run("cat /cache/file"));
    EXPECT_EQ(output_, Lines{"kept"});
  }
}

TEST_F(StepRunnerTest, GivesASecondUserOfAPrivateCacheAFolderOfItsOwn) {
  const CacheMount cache{"/cache", "id", CacheSharing::kPrivate};
  const CacheFolder first(
      scratch_ / "caches", cache, [](const auto&) {}, stop_.get_token());
  std::ofstream(first.path() / "file") << "x";
  step_.mounts = {cache};
  EXPECT_FALSE(run("test ! -e /cache/file"));
}

TEST_F(StepRunnerTest, MountsALockedCacheInTwoPlaces) {
  step_.mounts = {CacheMount{"/one", "id", CacheSharing::kLocked},
                  CacheMount{"/two", "id", CacheSharing::kLocked}};
  EXPECT_FALSE(run("echo x > /one/file; cat /two/file"));
  EXPECT_EQ(output_, Lines{"x"});
}

TEST_F(StepRunnerTest, SeesTheContextAsTheIgnoreFileLeavesIt) {
  const fs::path context = scratch_ / "context";
  fs::create_directories(context / "src/secret");
  std::ofstream(context / "src/main.c") << "int main;";
  std::ofstream(context / "src/secret/key") << "key";
  std::ofstream(context / "notes.md") << "x";
  const auto hides = [](const std::string& path) {
    return path == "notes.md" || path == "src/secret" || path.starts_with("src/secret/");
  };
  const auto shown = std::make_shared<ContextTree>(
      context, TreeFilter{hides, [](const std::string&) { return false; }});
  origins_[BuildContext{}] = {context, shown, {}};
  step_.mounts = {BindMount{"/mnt", BuildContext{}}};
  EXPECT_FALSE(run("find /mnt | sort; touch /mnt/x 2>/dev/null || echo read-only"));
  EXPECT_EQ(output_, (Lines{"/mnt", "/mnt/src", "/mnt/src/main.c", "read-only"}));
}

TEST_F(StepRunnerTest, ThrowsAwayWhatIsWrittenToABindMount) {
  const fs::path context = scratch_ / "context";
  fs::create_directories(context / "src");
  std::ofstream(context / "src/main.c") << "old";
  origins_[BuildContext{}] = {context, nullptr, {}};
  step_.mounts = {BindMount{"/mnt", BuildContext{}, "/src", false}};
  EXPECT_FALSE(run("echo new > /mnt/main.c; cat /mnt/main.c; touch /mnt/made"));
  EXPECT_EQ(output_, Lines{"new"});
  EXPECT_EQ(oci::read_file(context / "src/main.c", 10), "old");
  EXPECT_FALSE(fs::exists(context / "src/made"));
}

TEST_F(StepRunnerTest, MountsFilesOfAnotherStage) {
  fs::create_directories(scratch_ / "stage/opt");
  std::ofstream(scratch_ / "stage/opt/tool") << "tool";
  fs::create_symlink("opt/tool", scratch_ / "stage/current");
  origins_[StageId{3}] = {{}, nullptr, {layer_of(scratch_ / "stage"), layers_.front()}};
  step_.mounts = {BindMount{"/tool", StageId{3}, "/current"}, BindMount{"/stage", StageId{3}, "/"}};
  EXPECT_FALSE(run("cat /tool; echo; test -x /stage/bin/busybox && echo both"));
  EXPECT_EQ(output_, (Lines{"tool", "both"}));
  step_.mounts = {BindMount{"/x", StageId{3}, "/nowhere"}};
  EXPECT_EQ(failure("true").code(), oci::ErrorCode::kNotFound);
}

TEST_F(StepRunnerTest, MountsAnEmptyFolderInMemory) {
  step_.mounts = {TmpfsMount{"/var/tmp/fast", 1 << 20}};
  EXPECT_FALSE(run("echo x > /var/tmp/fast/file; ls /var/tmp/fast | wc -l"));
}

TEST_F(StepRunnerTest, RunsScriptsOfHereDocuments) {
  step_.scripts = {{"EOF", "#!/bin/cat\nthe script itself\n"}};
  EXPECT_FALSE(run("/dev/pipes/EOF"));
  EXPECT_EQ(output_, (Lines{"#!/bin/cat", "the script itself"}));
}

/// A podman that loses the exit codes of its first commands.
class Forgetful final : public Executor {
 public:
  Forgetful(Executor& executor, int times) : executor_(executor), times_(times) {}

  void check(const oci::Platform& platform) override { executor_.check(platform); }
  RunOutcome run(const RunRequest& request, const RunEvents& events,
                 std::stop_token stop) override {
    RunOutcome outcome = executor_.run(request, events, std::move(stop));
    if (times_-- > 0) outcome.end = RunOutcome::End::kStatusLost;
    return outcome;
  }
  void clean_up(const fs::path& scratch) override { executor_.clean_up(scratch); }

 private:
  Executor& executor_;
  int times_;
};

TEST_F(StepRunnerTest, RunsAgainOnTheSameLayersWhereTheExitCodeIsLost) {
  step_.argv = {"/bin/sh", "-c", "test ! -e /once && echo x >> /once"};
  Forgetful twice(podman_, 2);
  ASSERT_TRUE(run_step_with(twice));
  EXPECT_EQ(last_layer(), (Lines{"once"}));
  Forgetful always(podman_, 100);
  step_.argv = {"/bin/true"};
  EXPECT_THROW(run_step_with(always), oci::Error);
}

TEST_F(StepRunnerTest, RefusesRightsThatNobodyGave) {
  step_.security = RunSecurity::kInsecure;
  EXPECT_EQ(failure("true").code(), oci::ErrorCode::kInvalid);
}

}  // namespace
}  // namespace bale::builder
