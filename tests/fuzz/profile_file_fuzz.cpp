// Profile files: what is refused is said without a word of the file; what is read is trimmed and
// bounded; and whatever was accepted, a section that follows it is read as it stands.
#include "base/text.hpp"
#include "formats/profile_file.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/texts.hpp"

using namespace xget;
using fuzz::require;

namespace {

constexpr std::string_view kSection = "profile fuzz-last";

void check_values(const formats::ProfileSection::Values& values) {
  for (const auto& [name, value] : values) {
    require(trim(name) == name && trim(value) == value, "names and values are trimmed");
    require((name + value).find('\0') == std::string::npos, "nothing holds a NUL");
  }
}

void check_sections(const formats::ProfileSections& sections) {
  require(sections.size() <= formats::kMostProfileSections, "there are not too many");
  for (const auto& [header, section] : sections) {
    require(!header.empty(), "each section has a name");
    check_values(section.values);
    for (const auto& [name, block] : section.blocks) {
      require(section.values.count(name) == 0, "a name has a value or a block");
      check_values(block);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::string text(input.rest());
  const auto parsed = formats::parse_profile_file(text, "file");
  const auto with_canary =
      formats::parse_profile_file(text + "\n" + std::string(fuzz::kCanary), "file");
  if (!with_canary) fuzz::check_refusal(with_canary.error());
  if (!parsed) return 0;
  check_sections(*parsed);
  const auto longer = formats::parse_profile_file(
      text + "\n[" + std::string(kSection) + "]\nregion = here\n", "file");
  require(longer.has_value(), "a section may follow whatever was accepted");
  const auto last = longer->find(kSection);
  require(last != longer->end() && last->second.values.at("region") == "here",
          "and it is read as it stands");
  return 0;
}
