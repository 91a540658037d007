#include "cli/copy_command.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "cli/download.hpp"
#include "cli/output.hpp"
#include "cli/prepared_command.hpp"
#include "cli/verb_table.hpp"
#include "xget/session.hpp"

namespace xget::cli {

namespace {

bool is_to_store(const Arguments& arguments) {
  const auto to_store = [](const TreeCopySpec& tree) { return is_object_url(tree.destination); };
  return !arguments.uploads.empty() ||
         std::any_of(arguments.trees.begin(), arguments.trees.end(), to_store);
}

// Who asks at each side, where, and with which key of their own.
void take_sides(const VerbWords& own, bool to_store, ObjectStoreOptions& store) {
  const auto take = [&](const char* name, std::string& into) {
    const auto given = own.options.find(name);
    if (given != own.options.end()) into = given->second;
  };
  if (to_store) store.source.customer_key_file.clear();  // it is the destination's
  take("src-sse-c-key-file", store.source.customer_key_file);
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
  take_sides(*own, is_to_store(command->arguments), command->arguments.options.object_store);
  warn_of_insecurity(command->arguments.options);
  return run_jobs(line, command->given, std::move(command->arguments));
}

}  // namespace xget::cli
