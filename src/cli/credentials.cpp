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

Result<std::string> read_for(const std::string& option, const std::string& file,
                             const SecretInput& input) {
  auto text = input.read_file(file);
  if (!text) text.error().operation = option;
  return text;
}

struct PlacedHeader {
  std::string line;
  Layer layer = Layer::CommandLine;
};

std::string_view name_of(std::string_view line) { return trim(line.substr(0, line.find(':'))); }

// Those of one place may well have the same name.
void add_header(std::string line, Layer layer, std::vector<PlacedHeader>& headers) {
  std::erase_if(headers, [&](const PlacedHeader& earlier) {
    return earlier.layer < layer && equals_ignoring_case(name_of(earlier.line), name_of(line));
  });
  headers.push_back({std::move(line), layer});
}

Result<void> read_header_file(const GivenOption& option, const SecretInput& input,
                              std::vector<PlacedHeader>& headers) {
  const std::string file = option.value.substr(1);
  const std::string name = called(option.id, option.origin);
  const auto text = read_for(name, file, input);
  if (!text) return fail(text.error());
  for (NumberedLine& line : lines_of(*text)) {
    if (const auto header = parse_header_line(line.text); !header) {
      return refuse_usage(name,
                          file + ", line " + std::to_string(line.number) + ": " + header.error());
    }
    add_header(std::move(line.text), option.origin.layer, headers);
  }
  return {};
}

// "USER:PASSWORD"
Result<std::string> login_in(std::string_view text, const char* option, const std::string& place) {
  const std::string_view line = without_return(text.substr(0, text.find('\n')));
  if (line.find(':') != std::string_view::npos) return std::string(line);
  return refuse_usage(option, "the first line " + place + " is no USER:PASSWORD");
}

Result<std::string> read_user_file(const std::string& file, const SecretInput& input) {
  const auto text = read_for("--user", file, input);
  if (!text) return fail(text.error());
  return login_in(*text, "--user", "of " + file);
}

}  // namespace

Result<std::vector<std::string>> read_headers(const Given& given, const SecretInput& input) {
  std::vector<PlacedHeader> headers;
  for (const GivenOption& option : given.options) {
    if (option.id != OptionId::Header) continue;
    if (option.value.starts_with('@')) {
      if (auto read = read_header_file(option, input, headers); !read) return fail(read.error());
      continue;
    }
    const auto sound = parse_header_line(option.value);
    if (!sound && option.origin.layer != Layer::CommandLine) {
      return refuse_usage(called(option.id, option.origin), sound.error());
    }
    add_header(option.value, option.origin.layer, headers);
  }
  std::vector<std::string> lines;
  lines.reserve(headers.size());
  for (PlacedHeader& header : headers) lines.push_back(std::move(header.line));
  return lines;
}

Result<std::string> read_user(const Given& given, const SecretInput& input) {
  if (const std::string* command = given.last(OptionId::UserCommand)) {
    auto printed = input.run(*command);
    if (printed) return login_in(*printed, "--user-command", "of its output");
    printed.error().operation.clear();
    printed.error().subject = "--user-command";
    return printed;
  }
  const std::string* user = given.last(OptionId::User);
  if (user == nullptr) return "";
  if (user->starts_with('@')) return read_user_file(user->substr(1), input);
  if (user->find(':') != std::string::npos) return *user;
  const auto password = input.ask_password(*user);
  if (!password) return fail(password.error());
  return *user + ":" + *password;
}

}  // namespace xget::cli
