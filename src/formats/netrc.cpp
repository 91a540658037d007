#include "formats/netrc.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace xget::formats {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

tl::unexpected<Error> netrc_error(std::size_t line, std::string cause) {
  return fail({.code = ErrorCode::Usage,
               .operation = "read the netrc",
               .subject = "line " + std::to_string(line),
               .cause = std::move(cause)});
}

char unescaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

// The file's words, one after the other.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::size_t line() const { return line_; }

  // nullopt: there is none left.
  Result<std::optional<std::string>> next() {
    skip(std::min(rest_.find_first_not_of(kWhiteSpace), rest_.size()));
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() == '"') return quoted();
    const auto length = std::min(rest_.find_first_of(kWhiteSpace), rest_.size());
    std::string word(rest_.substr(0, length));
    skip(length);
    return word;
  }

  void skip_line() { skip(std::min(rest_.find('\n'), rest_.size())); }

  // To the end of the first line that holds nothing.
  void skip_paragraph() {
    skip_line();
    while (!rest_.empty()) {
      skip(1);
      const auto end = std::min(rest_.find('\n'), rest_.size());
      const bool is_empty =
          trim(rest_.substr(0, end)).find_first_not_of('\r') == std::string_view::npos;
      skip(end);
      if (is_empty) return;
    }
  }

 private:
  void skip(std::size_t count) {
    const std::string_view gone = rest_.substr(0, count);
    line_ += static_cast<std::size_t>(std::count(gone.begin(), gone.end(), '\n'));
    rest_.remove_prefix(count);
  }

  Result<std::optional<std::string>> quoted() {
    const std::size_t begun = line_;
    std::string word;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        skip(at + 1);
        return word;
      }
      const bool escaped = rest_[at] == '\\' && at + 1 < rest_.size();
      word += escaped ? unescaped(rest_[++at]) : rest_[at];
    }
    return netrc_error(begun, "a quoted word does not end");
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

// Reads keyword after keyword into the entry that was begun last.
class NetrcReader {
 public:
  explicit NetrcReader(std::string_view text) : words_(text) {}

  Result<Netrc> read() {
    while (true) {
      const auto word = words_.next();
      if (!word) return fail(word.error());
      if (!*word) return Netrc(std::move(machines_), std::move(fallback_));
      if (auto taken = take(**word); !taken) return fail(std::move(taken.error()));
    }
  }

 private:
  Result<void> take(const std::string& keyword) {
    if (keyword.starts_with('#')) {
      words_.skip_line();
      return {};
    }
    if (keyword == "machine") return begin_machine();
    if (keyword == "default") return begin_default();
    if (keyword == "macdef") {
      words_.skip_paragraph();
      return {};
    }
    if (keyword == "account") return value_of(keyword).map([](const std::string&) {});
    if (keyword == "login" || keyword == "password") return take_login(keyword);
    return netrc_error(words_.line(),
                       "a word that is none of a netrc's (a password with a space or a quote in it "
                       "stands in double quotes)");
  }

  Result<void> begin_machine() {
    auto host = value_of("machine");
    if (!host) return fail(std::move(host.error()));
    if (machines_.size() >= kMostNetrcEntries) {
      return netrc_error(words_.line(), "it has too many entries");
    }
    machines_.push_back({lower_case(*host), {}});
    in_default_ = false;
    return {};
  }

  Result<void> begin_default() {
    if (fallback_) return netrc_error(words_.line(), "a second default");
    fallback_.emplace();
    in_default_ = true;
    return {};
  }

  Result<void> take_login(const std::string& keyword) {
    NetrcLogin* const login = current();
    if (login == nullptr)
      return netrc_error(words_.line(), "\"" + keyword + "\" before any machine");
    auto value = value_of(keyword);
    if (!value) return fail(std::move(value.error()));
    if (keyword == "login" && value->find(':') != std::string::npos) {
      return netrc_error(words_.line(), "a login with a colon in it cannot be sent");
    }
    (keyword == "login" ? login->user : login->password) = *std::move(value);
    return {};
  }

  Result<std::string> value_of(const std::string& keyword) {
    auto word = words_.next();
    if (!word) return fail(std::move(word.error()));
    if (!*word) return netrc_error(words_.line(), "nothing follows \"" + keyword + "\"");
    if ((*word)->find('\0') != std::string::npos)
      return netrc_error(words_.line(), "it holds a NUL");
    return **std::move(word);
  }

  NetrcLogin* current() {
    if (in_default_) return &*fallback_;
    return machines_.empty() ? nullptr : &machines_.back().login;
  }

  Words words_;
  std::vector<NetrcEntry> machines_;
  std::optional<NetrcLogin> fallback_;
  bool in_default_ = false;
};

}  // namespace

Netrc::Netrc(std::vector<NetrcEntry> machines, std::optional<NetrcLogin> fallback)
    : machines_(std::move(machines)), fallback_(std::move(fallback)) {}

const NetrcLogin* Netrc::find(std::string_view host) const {
  const auto found = std::find_if(machines_.begin(), machines_.end(),
                                  [&](const NetrcEntry& entry) { return entry.host == host; });
  return found == machines_.end() ? nullptr : &found->login;
}

const NetrcLogin* Netrc::find(std::string_view host, std::string_view user) const {
  const auto found = std::find_if(machines_.begin(), machines_.end(), [&](const NetrcEntry& entry) {
    return entry.host == host && entry.login.user == user;
  });
  return found == machines_.end() ? nullptr : &found->login;
}

Result<Netrc> parse_netrc(std::string_view text) {
  if (text.size() > kLargestNetrc) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "read the netrc",
                 .subject = "",
                 .cause = "it is larger than 1 MiB"});
  }
  return NetrcReader(text).read();
}

}  // namespace xget::formats
