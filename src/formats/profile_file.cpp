#include "formats/profile_file.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace xget::formats {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\v\f";

std::string_view stripped(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(kWhiteSpace), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kWhiteSpace) + 1);
}

// A value while it is read: one line, or several.
struct OpenValue {
  std::string name;
  std::string first;  // what stands behind the name
  struct More {
    std::size_t line = 0;
    std::string text;
  };
  std::vector<More> more;
};

class ProfileReader {
 public:
  explicit ProfileReader(const std::string& file) : file_(file) {}

  Result<ProfileSections> read(std::string_view text) {
    Parts lines(text, '\n');
    while (const auto line = lines.next()) {
      ++line_;
      if (auto taken = take(*line); !taken) return fail(std::move(taken.error()));
    }
    if (auto closed = close_value(); !closed) return fail(std::move(closed.error()));
    return std::move(sections_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> error_at(std::size_t line, std::string cause) const {
    return fail({.code = ErrorCode::Usage,
                 .operation = "read the profiles in",
                 .subject = file_,
                 .cause = "line " + std::to_string(line) + ": " + std::move(cause)});
  }

  Result<void> take(std::string_view line) {
    const std::string_view words = stripped(line);
    if (words.empty() || words.front() == '#' || words.front() == ';') return {};
    if (words.find('\0') != std::string_view::npos) return error_at(line_, "it holds a NUL");
    const auto indent = static_cast<std::size_t>(words.data() - line.data());
    if (open_ && indent > indent_) {
      open_->more.push_back({line_, std::string(words)});
      return {};
    }
    if (auto closed = close_value(); !closed) return closed;
    indent_ = indent;
    return words.front() == '[' ? begin_section(words) : begin_value(words);
  }

  Result<void> begin_section(std::string_view words) {
    const auto end = words.rfind(']');
    if (end == std::string_view::npos) return error_at(line_, "a section's name has no \"]\"");
    if (end == 1) return error_at(line_, "a section has no name");
    section_ = &sections_[std::string(words.substr(1, end - 1))];
    if (sections_.size() > kMostProfileSections) return error_at(line_, "there are too many");
    return {};
  }

  Result<void> begin_value(std::string_view words) {
    if (section_ == nullptr) return error_at(line_, "it stands before the first [section]");
    const auto delimiter = words.find_first_of("=:");
    if (delimiter == std::string_view::npos) {
      return error_at(line_, "it is neither \"[section]\" nor \"name = value\"");
    }
    const std::string_view name = stripped(words.substr(0, delimiter));
    if (name.empty()) return error_at(line_, "a value has no name");
    open_ = OpenValue{.name = lower_case(name),
                      .first = std::string(stripped(words.substr(delimiter + 1))),
                      .more = {}};
    return {};
  }

  // It ends where something else begins.
  Result<void> close_value() {
    if (!open_) return {};
    const OpenValue value = *std::exchange(open_, std::nullopt);
    if (value.first.empty() && !value.more.empty()) return close_block(value);
    std::string text = value.first;
    for (const OpenValue::More& more : value.more) text += "\n" + more.text;
    section_->blocks.erase(value.name);
    section_->values[value.name] = std::move(text);
    return {};
  }

  Result<void> close_block(const OpenValue& value) {
    ProfileSection::Values block;
    for (const OpenValue::More& more : value.more) {
      const std::string_view words = more.text;
      const auto delimiter = words.find('=');
      if (delimiter == std::string_view::npos) {
        return error_at(more.line, "within a block it is no \"name = value\"");
      }
      block[std::string(stripped(words.substr(0, delimiter)))] =
          std::string(stripped(words.substr(delimiter + 1)));
    }
    section_->values.erase(value.name);
    section_->blocks[value.name] = std::move(block);
    return {};
  }

  const std::string& file_;
  std::size_t line_ = 0;
  std::size_t indent_ = 0;  // of the line that began the open value
  ProfileSections sections_;
  ProfileSection* section_ = nullptr;
  std::optional<OpenValue> open_;
};

}  // namespace

Result<ProfileSections> parse_profile_file(std::string_view text, const std::string& file) {
  if (text.size() > kLargestProfileFile) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "read the profiles in",
                 .subject = file,
                 .cause = "it is larger than 1 MiB"});
  }
  return ProfileReader(file).read(text);
}

}  // namespace xget::formats
