// Names from servers and URLs: what comes out is always one harmless component of a path.
#include "base/text.hpp"
#include "formats/file_name.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto name = formats::safe_file_name(fuzz::FuzzInput(data, size).rest());
  if (!name) {
    require(name.error().code == ErrorCode::Usage, "the user can still name the file");
    require(printable(to_string(name.error())) == to_string(name.error()), "an error is printable");
    return 0;
  }
  require(!name->empty() && name->size() <= formats::kLongestFileName, "its length is in bounds");
  require(*name != "." && *name != "..", "it is neither this folder nor the one above");
  require(name->find_first_of("/\\") == std::string::npos, "it is one component");
  require(name->front() != '.' && name->front() != '-', "it is neither hidden nor an option");
  require(printable(*name) == *name, "it can be printed");
  const auto again = formats::safe_file_name(*name);
  require(again && *again == *name, "a safe name stays as it is");
  return 0;
}
