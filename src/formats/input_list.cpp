#include "formats/input_list.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "formats/input_object.hpp"

namespace xget::formats {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr const char* kKnownOptions =
    "known are out, dir, checksum, header, referer, user-agent, http-user and http-passwd";

// aria2's, of which no byte of a file depends.
constexpr std::array<std::string_view, 19> kPassedOver{"allow-piece-length-change",
                                                       "always-resume",
                                                       "auto-file-renaming",
                                                       "connect-timeout",
                                                       "continue",
                                                       "disable-ipv6",
                                                       "file-allocation",
                                                       "gid",
                                                       "lowest-speed-limit",
                                                       "max-connection-per-server",
                                                       "max-file-not-found",
                                                       "max-tries",
                                                       "min-split-size",
                                                       "piece-length",
                                                       "retry-wait",
                                                       "split",
                                                       "stream-piece-selector",
                                                       "timeout",
                                                       "uri-selector"};

bool is_passed_over(std::string_view name) {
  return std::find(kPassedOver.begin(), kPassedOver.end(), name) != kPassedOver.end();
}

std::string* text_option(ListedFile& file, std::string_view name) {
  if (name == "out") return &file.out;
  if (name == "dir") return &file.dir;
  if (name == "checksum") return &file.checksum;
  if (name == "referer") return &file.referer;
  if (name == "user-agent") return &file.user_agent;
  if (name == "http-user") return &file.user;
  if (name == "http-passwd") return &file.password;
  return nullptr;
}

bool is_indented(std::string_view line) { return line.front() == ' ' || line.front() == '\t'; }

}  // namespace

void InputList::take(std::string_view line) {
  if (++line_ == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  line = without_return(line);
  if (trim(line).empty() || line.front() == '#') return;
  const bool option = is_indented(line);
  if (!option) finish_entry();
  keep_line(line);
  if (line.size() > kLongestListLine) return refuse(line_, "the line is longer than 1 MiB");
  if (option) return take_option(trim(line));
  if (line.front() == '{') return take_object(line);
  take_urls(line);
}

// A list may have lines without end.
void InputList::keep_line(std::string_view line) {
  lines_kept_ = lines_kept_ && lines_.size() + line.size() < kLongestListLine;
  if (lines_kept_) lines_.append(line).push_back('\n');
}

void InputList::end() { finish_entry(); }

std::optional<Result<ListedFile>> InputList::pop() {
  if (whole_.empty()) return std::nullopt;
  Whole next = std::move(whole_.front());
  whole_.pop_front();
  popped_lines_ = std::move(next.lines);
  return std::move(next.file);
}

void InputList::finish_entry() {
  std::string lines = std::exchange(lines_, {});
  if (!std::exchange(lines_kept_, true)) lines.clear();
  if (!entry_) return;
  whole_.push_back({*std::exchange(entry_, std::nullopt), std::move(lines)});
}

// What follows of a refused entry is not read.
void InputList::refuse(std::size_t line, std::string cause, std::string remedy) {
  if (entry_ && !*entry_) return;
  entry_ = fail({.code = ErrorCode::Usage,
                 .operation = "read",
                 .subject = name_ + ":" + std::to_string(line),
                 .cause = std::move(cause),
                 .remedy = std::move(remedy)});
}

void InputList::take_urls(std::string_view line) {
  ListedFile file{.line = line_};
  Parts urls(line, '\t');
  while (const auto url = urls.next()) {
    if (const auto word = trim(*url); !word.empty()) file.urls.emplace_back(word);
  }
  entry_ = std::move(file);
  options_ = 0;
}

void InputList::take_object(std::string_view line) {
  auto file = parse_input_object(line);
  if (!file) return refuse(line_, std::move(file.error().cause), std::move(file.error().remedy));
  file->line = line_;
  entry_ = *std::move(file);
  finish_entry();
}

void InputList::take_option(std::string_view line) {
  if (line.front() == '#' || (entry_ && !*entry_)) return;
  if (!entry_) return refuse(line_, "an option (an indented line) that follows no URL");
  if (++options_ > kMostListOptions) return refuse(line_, "more than 1000 options of one file");
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) {
    return refuse(line_, "an indented line is an option, NAME=VALUE", kKnownOptions);
  }
  const std::string_view name = trim(line.substr(0, equals));
  const std::string_view value = trim(line.substr(equals + 1));
  if (name == "header") {
    (*entry_)->headers.emplace_back(value);
  } else if (std::string* text = text_option(**entry_, name)) {
    *text = value;
  } else if (!is_passed_over(name)) {
    refuse(line_, "option '" + printable(name.substr(0, 40)) + "' is not known", kKnownOptions);
  }
}

}  // namespace xget::formats
