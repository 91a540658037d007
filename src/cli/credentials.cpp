#include "cli/credentials.hpp"

#include <string_view>
#include <utility>

#include "base/header_line.hpp"
#include "base/text.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

struct NumberedLine {
  int number = 0;
  std::string text;
};

// The lines of a file without their ends, empty ones left out.
std::vector<NumberedLine> lines_of(std::string_view text) {
  std::vector<NumberedLine> numbered;
  Parts lines(text, '\n');
  for (int number = 1; const auto whole = lines.next(); ++number) {
    const std::string_view line = without_return(*whole);
    if (!trim(line).empty()) numbered.push_back({number, std::string(line)});
  }
  return numbered;
}

Result<std::string> read_for(const char* option, const std::string& file,
                             const SecretInput& input) {
  auto text = input.read_file(file);
  if (!text) text.error().operation = option;
  return text;
}

}  // namespace

Result<std::vector<std::string>> read_headers(const std::vector<std::string>& values,
                                              const SecretInput& input) {
  std::vector<std::string> headers;
  for (const std::string& value : values) {
    if (!value.starts_with('@')) {
      headers.push_back(value);
      continue;
    }
    const std::string file = value.substr(1);
    const auto text = read_for("--header", file, input);
    if (!text) return fail(text.error());
    for (NumberedLine& line : lines_of(*text)) {
      if (const auto header = parse_header_line(line.text); !header) {
        return refuse_usage("--header",
                            file + ", line " + std::to_string(line.number) + ": " + header.error());
      }
      headers.push_back(std::move(line.text));
    }
  }
  return headers;
}

Result<std::string> read_user(const std::string& value, const SecretInput& input) {
  if (value.starts_with('@')) {
    const auto text = read_for("--user", value.substr(1), input);
    if (!text) return fail(text.error());
    std::string line(without_return(std::string_view(*text).substr(0, text->find('\n'))));
    if (line.find(':') != std::string::npos) return line;
    return refuse_usage("--user", "the first line of " + value.substr(1) + " is no USER:PASSWORD");
  }
  if (value.find(':') != std::string::npos) return value;
  const auto password = input.ask_password(value);
  if (!password) return fail(password.error());
  return value + ":" + *password;
}

}  // namespace xget::cli
