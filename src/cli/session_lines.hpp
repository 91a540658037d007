// The lines of a session file (session_file.hpp). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"

namespace xget::cli {

// How far a list has been read: so many entries, and a digest of them in their order.
struct ListPosition {
  std::uint64_t entries = 0;
  PieceDigest digest{};

  void pass(std::string_view entry);
  [[nodiscard]] std::string line() const;  // "#list 5000 DIGEST"
  static std::optional<ListPosition> parse(std::string_view line);
  friend bool operator==(const ListPosition&, const ListPosition&) = default;
};

inline constexpr char kFinished = '#';  // in place of an entry's brace
// What follows is of no list that is counted.
inline constexpr std::string_view kEntriesLine = "#entries";

// How far each list has been read that the file has had entries of.
class ListPositions {
 public:
  // Of more lists than that the first are forgotten: such a list would be taken anew.
  static constexpr std::size_t kMostLists = 64;

  // The file's lines in their order, whatever they are.
  void take(std::string_view line);
  [[nodiscard]] const std::vector<ListPosition>& all() const { return all_; }

 private:
  std::vector<ListPosition> all_;
  bool counts_ = false;  // what follows, for the last one
};

}  // namespace xget::cli
