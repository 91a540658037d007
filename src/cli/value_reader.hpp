// Reads option values into fields and remembers the first one that makes no sense.
#pragma once

#include <optional>
#include <string>

#include "cli/given.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {

class ValueReader {
 public:
  // `given` must outlive the reader.
  explicit ValueReader(const Given& given) : given_(given) {}

  // Leaves `into` alone where the option was not given. `parse` takes the text and gives an
  // optional; `wanted` completes "... is not".
  template <typename Field, typename Parse>
  void read(OptionId id, Field& into, Parse parse, const char* wanted) {
    const std::string* text = given_.last(id);
    if (text == nullptr || error_) return;
    if (auto value = parse(*text)) {
      into = *std::move(value);
    } else {
      error_ = refuse_usage(row_of(id).longest(), "\"" + *text + "\" is not " + wanted).value();
    }
  }

  void read_text(OptionId id, std::string& into) {
    if (const std::string* text = given_.last(id)) into = *text;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const Given& given_;
  std::optional<Error> error_;
};

}  // namespace xget::cli
