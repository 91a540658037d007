#include "cli/copy_command.hpp"

#include <span>
#include <utility>

#include "cli/download.hpp"
#include "cli/output.hpp"
#include "cli/prepared_command.hpp"
#include "cli/verb_table.hpp"

namespace xget::cli {

namespace {

// Who asks at each side, and where.
void take_sides(const VerbWords& own, ObjectStoreOptions& store) {
  const auto take = [&](const char* name, std::string& into) {
    const auto given = own.options.find(name);
    if (given != own.options.end()) into = given->second;
  };
  take("src-profile", store.source.profile);
  take("src-endpoint-url", store.source.endpoint_url);
  take("dst-profile", store.destination.profile);
  take("dst-endpoint-url", store.destination.endpoint_url);
}

}  // namespace

ExitCode run_copies(const CommandLine& line, const ReadCopies& read) {
  auto own = take_own_options(*verb_named(line.verb), std::span(line.words).subspan(1));
  if (!own) return report_failure(own.error());
  auto given = take_words(own->operands, line.argv);
  if (!given) return report_failure(given.error());
  auto command =
      prepare_command(*std::move(given), [&](const Given& laid_over, const JobSpec& common) {
        return read(*own, laid_over.urls, common);
      });
  if (!command) return report_failure(command.error());
  take_sides(*own, command->arguments.options.object_store);
  warn_of_insecurity(command->arguments.options);
  return run_jobs(line, command->given, std::move(command->arguments));
}

}  // namespace xget::cli
