#include "base/command_words.hpp"

#include <optional>
#include <utility>

namespace xget {
namespace {

constexpr std::string_view kSpaces = " \t\n";
constexpr std::string_view kForShells = "|&;<>()$`";
constexpr std::string_view kEscapedInQuotes = "\"\\$`";

bool is_one_of(char c, std::string_view all) { return all.find(c) != std::string_view::npos; }

tl::unexpected<Error> refuse(std::string cause, std::string remedy = "") {
  return fail({.code = ErrorCode::Usage,
               .operation = "read",
               .subject = "the command",
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

tl::unexpected<Error> for_a_shell(char c) {
  std::string cause{c};
  cause += " is for a shell, and none runs it";
  return refuse(std::move(cause), "put it in '…', or run a shell: sh -c '…'");
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<std::vector<std::string>> split() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (is_one_of(c, kSpaces)) {
        end_word();
      } else if (auto taken = take(c); !taken) {
        return fail(std::move(taken.error()));
      }
    }
    end_word();
    if (words_.empty() || words_.front().empty()) return refuse("it names no program");
    return std::move(words_);
  }

 private:
  Result<void> take(char c) {
    if (!word_) word_.emplace();
    if (c == '\'') return take_single_quoted();
    if (c == '"') return take_double_quoted();
    if (is_one_of(c, kForShells)) return for_a_shell(c);
    if (c == '\\') {
      if (at_ == text_.size()) return refuse("it ends in a backslash");
      c = text_[at_++];
    }
    word_->push_back(c);
    return {};
  }

  Result<void> take_single_quoted() {
    const auto end = text_.find('\'', at_);
    if (end == std::string_view::npos) return refuse("a ' is not closed");
    word_->append(text_.substr(at_, end - at_));
    at_ = end + 1;
    return {};
  }

  Result<void> take_double_quoted() {
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return {};
      if (c == '\\' && at_ < text_.size() && is_one_of(text_[at_], kEscapedInQuotes)) {
        c = text_[at_++];
      } else if (c == '$' || c == '`') {
        return for_a_shell(c);
      }
      word_->push_back(c);
    }
    return refuse("a \" is not closed");
  }

  void end_word() {
    if (word_) words_.push_back(*std::exchange(word_, std::nullopt));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::string> word_;  // begun
  std::vector<std::string> words_;
};

}  // namespace

Result<std::vector<std::string>> split_command(std::string_view text) {
  return Splitter(text).split();
}

}  // namespace xget
