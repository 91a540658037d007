// Input lists: every entry has a URL, an error says its line and nothing of what the list holds,
// and an entry may follow whatever was read.
#include "formats/input_list.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/texts.hpp"

using namespace xget;
using fuzz::require;

namespace {

constexpr std::string_view kLast = "https://fuzz.invalid/last";

void check_entry(const Result<formats::ListedFile>& entry, bool last) {
  if (!entry) {
    require(entry.error().subject.starts_with("list:"), "an error names the line");
    require(entry.error().cause.find(fuzz::kCanary) == std::string::npos, "and no value");
    return;
  }
  require(!entry->urls.empty(), "an entry has a URL");
  if (last) require(entry->urls.front() == kLast, "an entry may follow whatever was read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  formats::InputList list("list");
  while (!input.empty()) {
    list.take(input.line());
    while (const auto entry = list.pop()) check_entry(*entry, false);
  }
  list.take("https://fuzz.invalid/canary");
  list.take(std::string("  unknown=") + std::string(fuzz::kCanary));
  list.take(kLast);
  list.end();
  std::optional<Result<formats::ListedFile>> newest;
  while (auto entry = list.pop()) {
    check_entry(*entry, false);
    newest = std::move(entry);
  }
  require(newest.has_value(), "the last entry comes");
  check_entry(*newest, true);
  require(newest->has_value(), "and is whole");
  return 0;
}
