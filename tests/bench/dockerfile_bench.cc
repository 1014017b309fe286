// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <benchmark/benchmark.h>

#include "builder/dockerfile.h"
#include "builder/ignore_file.h"
#include "builder/stage_list.h"

namespace bale::builder {
namespace {

std::string dockerfile_of(int lines) {
  std::string text = "FROM debian:bookworm\n";
  for (int i = 1; i < lines; i += 5) {
    const std::string number = std::to_string(i);
    text += "ENV NAME_" + number + "=value\n";
    text += "COPY --chown=app:app src/" + number + " ./dst/\n";
    text += "RUN apt-get update && \\\n    apt-get install -y package-" + number + "\n";
    text += "CMD [\"/bin/app\", \"--number=" + number + "\"]\n";
  }
  return text;
}

void ParseNodes(benchmark::State& state) {
  const std::string text = dockerfile_of(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(parse_dockerfile(text, "Dockerfile"));
}
BENCHMARK(ParseNodes)->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond);

void ParseInstructions(benchmark::State& state) {
  const std::string text = dockerfile_of(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_stages(parse_dockerfile(text, "Dockerfile")));
  }
}
BENCHMARK(ParseInstructions)->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond);

void MatchIgnoreFile(benchmark::State& state) {
  const auto matcher = IgnoreMatcher::parse(
      ".git\nnode_modules\n**/*.o\n**/target\n*.md\n!README.md\nsrc/**/tests\n**/.cache", "ignore");
  std::size_t excluded = 0;
  for (auto _ : state) {
    for (int i = 0; i < 10000; ++i) {
      const bool hit = matcher.excluded("src/module/deep/er/file_" + std::to_string(i) + ".cc");
      excluded += hit ? 1 : 0;
    }
  }
  benchmark::DoNotOptimize(excluded);
}
BENCHMARK(MatchIgnoreFile)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bale::builder

BENCHMARK_MAIN();
