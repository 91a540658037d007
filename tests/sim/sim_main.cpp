// sim: the real job on a simulated world, seed after seed.
//
//   sim --seeds 2000 [--from 1]     every seed; exit 1 if a promise was broken in any
//   sim --seed 17                   one seed, its trace on standard error
//   sim --without validator ...     the same with a defence switched off
//   sim --mutation-check --seeds N  each defence in turn switched off: N seeds must notice
//   sim --list-defences
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/defence.hpp"
#include "base/units.hpp"
#include "sim/trial.hpp"

namespace xget::sim {
namespace {

// Every so many seeds one is run twice, and both traces must be the same.
constexpr std::uint64_t kRepeatEvery = 50;

struct Arguments {
  std::uint64_t from = 1;
  std::uint64_t seeds = 2000;
  std::optional<std::uint64_t> seed;
  std::vector<Defence> without;
  bool mutation_check = false;
  bool list_defences = false;
};

std::vector<Defence> all_defences() {
  std::vector<Defence> defences;
  for (int i = 0; i < static_cast<int>(Defence::Count); ++i) {
    defences.push_back(static_cast<Defence>(i));
  }
  return defences;
}

std::optional<Defence> defence_named(std::string_view name) {
  for (const Defence defence : all_defences()) {
    if (name == to_string(defence)) return defence;
  }
  return std::nullopt;
}

bool read_number(const char* text, std::uint64_t& into) {
  const auto number = parse_u64(text);
  if (number) into = *number;
  return number.has_value();
}

std::optional<Arguments> read_arguments(int count, char** texts) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = texts[i];
    const char* value = i + 1 < count ? texts[i + 1] : "";
    bool good = true, takes_value = true;
    if (name == "--seeds") {
      good = read_number(value, arguments.seeds);
    } else if (name == "--from") {
      good = read_number(value, arguments.from);
    } else if (name == "--seed") {
      good = read_number(value, arguments.seed.emplace());
    } else if (name == "--without") {
      const auto defence = defence_named(value);
      good = defence.has_value();
      if (good) arguments.without.push_back(*defence);
    } else {
      takes_value = false;
      arguments.mutation_check |= name == "--mutation-check";
      arguments.list_defences |= name == "--list-defences";
      good = name == "--mutation-check" || name == "--list-defences";
    }
    if (!good) {
      std::fprintf(stderr, "sim: %s %s?\n", texts[i], takes_value ? value : "");
      return std::nullopt;
    }
    if (takes_value) ++i;
  }
  return arguments;
}

struct Statistics {
  std::uint64_t seeds = 0, succeeded = 0, failed = 0, wrong = 0;
  std::uint64_t runs = 0, deaths = 0;
  std::uint64_t wanted_after_deaths = 0, received_after_deaths = 0;
  std::map<std::string, std::uint64_t> failures;  // honest ones, by kind

  void add(const TrialResult& result) {
    ++seeds;
    runs += result.runs;
    deaths += result.deaths;
    if (result.violation) {
      ++wrong;
    } else if (!result.failure.empty()) {
      ++failed;
      ++failures[result.failure_kind];
    } else {
      ++succeeded;
      if (result.deaths > 0) {
        wanted_after_deaths += result.size;
        received_after_deaths += result.received;
      }
    }
  }

  void print() const {
    std::printf("%llu seeds, %llu succeeded, %llu failed honestly, %llu wrong\n", number(seeds),
                number(succeeded), number(failed), number(wrong));
    for (const auto& [kind, count] : failures) {
      std::printf("  failed honestly, %s: %llu\n", kind.c_str(), number(count));
    }
    const std::uint64_t again =
        received_after_deaths - std::min(received_after_deaths, wanted_after_deaths);
    std::printf(
        "%llu runs, %llu kills and power cuts; where there were any, %s of %s were "
        "fetched again, faults and changes included\n",
        number(runs), number(deaths), format_size(again).c_str(),
        format_size(wanted_after_deaths).c_str());
  }

  static unsigned long long number(std::uint64_t value) { return value; }
};

std::string replay_command(const Arguments& arguments, std::uint64_t seed) {
  std::string command = "sim --seed " + std::to_string(seed);
  for (const Defence defence : arguments.without) {
    command += std::string(" --without ") + to_string(defence);
  }
  return command;
}

TrialResult run_seed(std::uint64_t seed) {
  TrialResult result = run_trial(seed, false);
  if (seed % kRepeatEvery == 0 && run_trial(seed, false).trace_hash != result.trace_hash) {
    result.violation = "the same seed gave another trace";
  }
  return result;
}

int run_seeds(const Arguments& arguments) {
  Statistics statistics;
  for (std::uint64_t seed = arguments.from; seed < arguments.from + arguments.seeds; ++seed) {
    const TrialResult result = run_seed(seed);
    statistics.add(result);
    if (!result.violation) continue;
    std::printf("seed %llu: %s\n  replay: %s\n", Statistics::number(seed),
                result.violation->c_str(), replay_command(arguments, seed).c_str());
    std::fflush(stdout);
  }
  statistics.print();
  return statistics.wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_one(const Arguments& arguments) {
  const TrialResult result = run_trial(*arguments.seed, true);
  const std::string outcome = result.violation         ? "WRONG: " + *result.violation
                              : result.failure.empty() ? "succeeded"
                                                       : "failed honestly: " + result.failure;
  std::printf("seed %llu: %s\ntrace %016llx, %llu runs\n", Statistics::number(*arguments.seed),
              outcome.c_str(), Statistics::number(result.trace_hash),
              Statistics::number(result.runs));
  return result.violation ? EXIT_FAILURE : EXIT_SUCCESS;
}

// The first seed that a mutant breaks and the whole engine does not. Nothing is learnt from a seed
// in which only the wish to succeed was disappointed: a wrong byte or an untrue claim must show.
struct Catch {
  std::uint64_t seed = 0;
  std::string violation;
};

std::optional<Catch> catch_mutant(Defence defence, const Arguments& arguments) {
  for (std::uint64_t seed = arguments.from; seed < arguments.from + arguments.seeds; ++seed) {
    switch_off(defence);
    const TrialResult mutant = run_trial(seed, false);
    switch_all_on();
    if (!mutant.violation || !mutant.is_about_bytes) continue;
    if (!run_trial(seed, false).violation) return Catch{seed, *mutant.violation};
  }
  return std::nullopt;
}

// A simulator that finds nothing wrong proves something only if it would find what is.
int check_mutations(const Arguments& arguments) {
  bool all_caught = true;
  for (const Defence defence : all_defences()) {
    const auto caught = catch_mutant(defence, arguments);
    all_caught &= caught.has_value();
    if (caught) {
      std::printf("without %s: seed %llu: %s\n", to_string(defence),
                  Statistics::number(caught->seed), caught->violation.c_str());
    } else {
      std::printf("without %s: NOT CAUGHT in %llu seeds\n", to_string(defence),
                  Statistics::number(arguments.seeds));
    }
    std::fflush(stdout);
  }
  return all_caught ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(int count, char** texts) {
  const auto arguments = read_arguments(count, texts);
  if (!arguments) return 2;
  if (arguments->list_defences) {
    for (const Defence defence : all_defences()) std::printf("%s\n", to_string(defence));
    return EXIT_SUCCESS;
  }
  if (arguments->mutation_check) return check_mutations(*arguments);
  for (const Defence defence : arguments->without) switch_off(defence);
  return arguments->seed ? run_one(*arguments) : run_seeds(*arguments);
}

}  // namespace
}  // namespace xget::sim

int main(int count, char** texts) { return xget::sim::run(count, texts); }
