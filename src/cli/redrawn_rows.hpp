// The rows at the bottom of a terminal that are drawn again and again, as what is to be written to
// it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xget::cli {

class RedrawnRows {
 public:
  // `reflows`: a terminal that gets narrower wraps the lines that stand there.
  explicit RedrawnRows(bool reflows) : reflows_(reflows) {}

  // Draws over the rows that stand there: `above`, which are whole lines that stay, and the new
  // rows, of which none is as wide as the terminal. The cursor stays at the end of the last one,
  // or, without any, where the first one began.
  std::string draw(std::string_view above, const std::vector<std::string>& rows, int columns);
  // Somebody else has written to the terminal: what stands there stays.
  void forget() { widths_.clear(); }

  [[nodiscard]] bool shown() const { return !widths_.empty(); }

 private:
  [[nodiscard]] int lines_taken(int columns) const;

  bool reflows_;
  std::vector<int> widths_;  // of the rows that stand there
};

}  // namespace xget::cli
