#include "cli/session_lines.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace xget::cli {
namespace {

constexpr std::string_view kListLine = "#list ";
constexpr std::string_view kFinishedEntry = "#\"url\":";

}  // namespace

void ListPosition::pass(std::string_view entry) {
  std::string chained = to_hex(digest);
  chained += entry;
  digest = piece_digest(std::as_bytes(std::span(chained)));
  ++entries;
}

std::string ListPosition::line() const {
  return std::string(kListLine) + std::to_string(entries) + " " + to_hex(digest);
}

std::optional<ListPosition> ListPosition::parse(std::string_view line) {
  if (!line.starts_with(kListLine)) return std::nullopt;
  line.remove_prefix(kListLine.size());
  ListPosition position;
  const auto [end, error] =
      std::from_chars(line.data(), line.data() + line.size(), position.entries);
  if (error != std::errc()) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (!line.starts_with(' ')) return std::nullopt;
  const auto digest = parse_piece_digest(line.substr(1));
  if (!digest) return std::nullopt;
  position.digest = *digest;
  return position;
}

void ListPositions::take(std::string_view line) {
  if (const auto position = ListPosition::parse(line)) {
    all_.erase(std::remove(all_.begin(), all_.end(), *position), all_.end());
    all_.push_back(*position);
    if (all_.size() > kMostLists) all_.erase(all_.begin());
    counts_ = true;
  } else if (line == kEntriesLine) {
    counts_ = false;
  } else if (!counts_) {
    return;
  } else if (line.starts_with('{')) {
    all_.back().pass(line);
  } else if (line.starts_with(kFinishedEntry)) {
    all_.back().pass("{" + std::string(line.substr(1)));
  }
}

}  // namespace xget::cli
