// Content-Disposition: the name that is read is text, becomes one harmless component of a path or
// none, and is the same however it is written.
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "formats/content_disposition.hpp"
#include "formats/file_name.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/texts.hpp"

using namespace xget;
using fuzz::require;

namespace {

void check_name_of_file(const std::string& said) {
  const auto name = formats::safe_server_file_name(said);
  if (!name) return;
  require(!name->empty() && name->size() <= formats::kLongestFileName, "its length is in bounds");
  require(*name != "." && *name != "..", "it is neither this folder nor the one above");
  require(name->find_first_of("/\\") == std::string::npos, "it is one component");
  require(name->front() != '.' && name->front() != '-', "it is neither hidden nor an option");
  require(printable(*name) == *name, "it can be printed");
  require(lower_case(*name).find(".partial") == std::string::npos,
          "it is none of the names that stand beside a file");
  require(formats::safe_server_file_name(*name) == name, "a safe name stays as it is");
}

void check_written(const std::string& name) {
  const std::string extended = "filename*=UTF-8''" + percent_encoded(name);
  require(formats::parse_disposition_name("attachment; " + extended) == name,
          "a name in percents is read as it was written");
  require(formats::parse_disposition_name("attachment; filename=" + fuzz::quoted(name)) == name,
          "a name in quotes is read as it was written");
  require(formats::parse_disposition_name("filename=other; " + extended) == name,
          "the name in percents goes before the other");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(fuzz::FuzzInput(data, size).rest());
  require(!formats::parse_disposition_name(value + ";filename=a;filename=b"), "two names are none");
  const auto name = formats::parse_disposition_name(value);
  if (!name) return 0;
  require(!name->empty(), "a name is not empty");
  require(name->size() <= 2 * value.size(), "it is no longer than what was sent");
  require(is_utf8(*name), "it is UTF-8");
  check_name_of_file(*name);
  check_written(*name);
  return 0;
}
