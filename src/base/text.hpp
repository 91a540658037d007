// Small text helpers for what comes from outside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xget {

// Control characters (is_control in utf8.hpp) and broken UTF-8 as \xNN, so that no terminal obeys
// them.
std::string printable(std::string_view text);

bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII
std::string lower_case(std::string_view text);                      // ASCII
std::string_view trim(std::string_view text);                       // spaces and tabs

// A line without the "\r" that it may end with.
std::string_view without_return(std::string_view line);

// What stands between the separators of a text, first to last, empty parts too: "a,,b," has four,
// "" has one. The text must outlive it.
class Parts {
 public:
  Parts(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  std::optional<std::string_view> next();  // nullopt: that was all

 private:
  std::optional<std::string_view> rest_;
  char separator_;
};

}  // namespace xget
