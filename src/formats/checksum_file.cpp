#include "formats/checksum_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "formats/checksum_spec.hpp"
#include "formats/named_file.hpp"

namespace xget::formats {
namespace {

constexpr std::string_view kByHand = "--checksum gives one digest by hand";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

tl::unexpected<Error> list_error(std::string_view subject, std::string cause, std::string remedy) {
  return fail({.code = ErrorCode::Usage,
               .operation = "read the checksums",
               .subject = printable(subject),
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

tl::unexpected<Error> refuse_unknown(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with('<')) {
    return list_error("", "it is a web page and not a list of checksums",
                      "give the address of the list itself");
  }
  return list_error("", "no line of it is a checksum that xget knows",
                    "a line is DIGEST  NAME or ALGORITHM (NAME) = DIGEST; " + std::string(kByHand));
}

// What some editors put before a text in UTF-8.
std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

struct Hint {
  std::string_view word;  // in the list's own name
  std::optional<DigestAlgorithm> algorithm;
};

// Names that xget does not know have the digits of ones that it does.
constexpr std::array kHints{Hint{"sha3", std::nullopt},
                            Hint{"blake3", std::nullopt},
                            Hint{"b3sum", std::nullopt},
                            Hint{"rmd160", std::nullopt},
                            Hint{"blake2s", std::nullopt},
                            Hint{"blake2", DigestAlgorithm::Blake2b512},
                            Hint{"b2sum", DigestAlgorithm::Blake2b512},
                            Hint{"xxh128", DigestAlgorithm::Xxh3_128}};

// Which algorithm a digest of `digits` digits without a name is by.
std::optional<DigestAlgorithm> algorithm_of(std::size_t digits, std::string_view file_name) {
  const auto has_digits = [&](DigestAlgorithm one) { return 2 * digest_size(one) == digits; };
  const std::string name = lower_case(file_name);
  for (const Hint& hint : kHints) {
    if (name.find(hint.word) == std::string::npos) continue;
    return hint.algorithm && has_digits(*hint.algorithm) ? hint.algorithm : std::nullopt;
  }
  return usual_algorithm(digits);
}

// nullopt: an escape that there is not.
std::optional<std::string> unescaped(std::string_view name) {
  std::string plain;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '\\') {
      plain += name[at];
      continue;
    }
    if (++at == name.size()) return std::nullopt;
    switch (name[at]) {
      case '\\': plain += '\\'; break;
      case 'n': plain += '\n'; break;
      case 'r': plain += '\r'; break;
      default: return std::nullopt;
    }
  }
  return plain;
}

std::optional<Checksum> entry(std::string_view name, bool escaped,
                              std::optional<ExpectedDigest> digest) {
  auto plain = escaped ? unescaped(name) : std::string(name);
  if (!digest || !plain || plain->size() > kLongestChecksumName) return std::nullopt;
  if (*plain == "-") plain->clear();  // of standard input
  return Checksum{*std::move(plain), *std::move(digest)};
}

// ALGORITHM (NAME) = HEX; OpenSSL has fewer spaces, and says SHA2-256. The last ") = " counts:
// names may hold one.
std::optional<Checksum> parse_tagged(std::string_view line, bool escaped) {
  const auto open = line.find('(');
  const auto close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const auto algorithm = parse_digest_algorithm(trim(line.substr(0, open)));
  const std::string_view after = trim(line.substr(close + 1));
  const std::string_view name = line.substr(open + 1, close - open - 1);
  if (!algorithm || !after.starts_with('=') || name.empty()) return std::nullopt;
  return entry(name, escaped, parse_expected_digest(*algorithm, trim(after.substr(1))));
}

// HEX, a space, a space or "*", NAME. Some write one space.
std::optional<Checksum> parse_plain(std::string_view line, bool escaped,
                                    std::string_view file_name) {
  const std::string_view hex = line.substr(0, line.find_first_not_of(kHexDigits));
  std::string_view name = line.substr(hex.size());
  const auto algorithm = algorithm_of(hex.size(), file_name);
  if (!algorithm) return std::nullopt;
  if (!trim(name).empty()) {
    if (name.front() != ' ' && name.front() != '\t') return std::nullopt;
    name.remove_prefix(1);
    if (name.front() == ' ' || name.front() == '*') name.remove_prefix(1);
    if (name.empty()) return std::nullopt;
  } else {
    name = {};
  }
  return entry(name, escaped, parse_expected_digest(*algorithm, hex));
}

std::optional<Checksum> parse_line(std::string_view line, std::string_view file_name) {
  line = without_return(line);
  const bool escaped = line.starts_with('\\');
  if (escaped) line.remove_prefix(1);
  if (auto tagged = parse_tagged(line, escaped)) return tagged;
  return parse_plain(line, escaped, file_name);
}

std::string_view without_dot(std::string_view name) {
  while (name.starts_with("./")) name.remove_prefix(2);
  return name;
}

}  // namespace

Result<ChecksumList> parse_checksum_file(std::string_view text, std::string_view file_name) {
  if (text.size() > kLargestChecksumFile)
    return list_error("", "there are more than 16 MiB of them", std::string(kByHand));
  text = without_mark(text);
  std::vector<Checksum> checksums;
  Parts lines(text, '\n');
  while (const auto line = lines.next()) {
    auto checksum = parse_line(*line, file_name);
    if (!checksum) continue;
    if (checksums.size() == kMostChecksums) {
      return list_error("", "there are too many of them", std::string(kByHand));
    }
    checksums.push_back(*std::move(checksum));
  }
  if (checksums.empty()) return refuse_unknown(text);
  return ChecksumList(std::move(checksums));
}

ChecksumList::ChecksumList(std::vector<Checksum> checksums) : checksums_(std::move(checksums)) {
  std::stable_sort(checksums_.begin(), checksums_.end(),
                   [](const Checksum& one, const Checksum& other) {
                     return parts_of(one.name).name < parts_of(other.name).name;
                   });
}

std::vector<const Checksum*> ChecksumList::entries_for(std::string_view path) const {
  const std::string_view wanted = parts_of(path).name;
  if (wanted.empty()) return {};
  const auto first = std::lower_bound(checksums_.begin(), checksums_.end(), wanted,
                                      [](const Checksum& checksum, std::string_view name) {
                                        return parts_of(checksum.name).name < name;
                                      });
  std::vector<const Checksum*> called_so;
  std::vector<const Checksum*> at_path;  // those of them with the longest name that ends the path
  std::size_t longest = 0;
  for (auto each = first; each != checksums_.end() && parts_of(each->name).name == wanted; ++each) {
    called_so.push_back(&*each);
    const std::string_view name = without_dot(each->name);
    if (name.size() < longest || !is_end_of(name, path)) continue;
    if (name.size() > longest) at_path.clear();
    longest = name.size();
    at_path.push_back(&*each);
  }
  return at_path.empty() ? called_so : at_path;
}

Result<std::vector<ExpectedDigest>> ChecksumList::find(std::string_view path) const {
  const std::string subject = "\"" + std::string(parts_of(path).name) + "\"";
  auto found = entries_for(path);
  if (found.empty() && checksums_.size() == 1 && checksums_.front().name.empty()) {
    found.push_back(&checksums_.front());
  }
  std::vector<ExpectedDigest> digests;
  for (const Checksum* each : found) {
    const auto same = std::find_if(digests.begin(), digests.end(), [&](const auto& other) {
      return other.algorithm == each->digest.algorithm;
    });
    if (same == digests.end()) {
      digests.push_back(each->digest);
    } else if (*same != each->digest) {
      return list_error(subject, "it has different checksums for files of that name",
                        "find out which one is right: " + std::string(kByHand));
    }
  }
  sort_strongest_first(digests);
  return digests;
}

}  // namespace xget::formats
