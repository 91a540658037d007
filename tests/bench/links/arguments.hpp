// The command line of the programs in this folder: pairs of `--name value`, in any order.
//
// A name that is not asked for is an error, so that a misspelt one is not taken for a default.
// Failure: a message on standard error, and exit 2.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

namespace xget::bench {

class Arguments {
 public:
  Arguments(int argc, char** argv) : program_(argv[0]) {
    for (int i = 1; i < argc; i += 2) {
      const std::string name = argv[i];
      if (name.rfind("--", 0) != 0 || i + 1 == argc) fail(name, "--name value expected");
      values_[name.substr(2)] = argv[i + 1];
    }
  }

  /// The value, or `otherwise` where it was not given.
  std::string text(const std::string& name, const std::string& otherwise) {
    const auto found = values_.extract(name);
    return found.empty() ? otherwise : found.mapped();
  }

  double number(const std::string& name, double otherwise) {
    const std::string value = text(name, "");
    return value.empty() ? otherwise : parse_number(name, value);
  }

  double parse_number(const std::string& name, const std::string& value) const {
    char* end = nullptr;
    const double parsed = std::strtod(value.c_str(), &end);
    if (end == value.c_str() || *end != '\0' || !(parsed >= 0)) fail(name, "not a number");
    return parsed;
  }

  /// Call it when all names were asked for.
  void expect_no_more() const {
    if (!values_.empty()) fail("--" + values_.begin()->first, "unknown");
  }

 private:
  [[noreturn]] void fail(const std::string& name, const char* why) const {
    std::fprintf(stderr, "%s: %s: %s\n", program_.c_str(), name.c_str(), why);
    std::exit(2);
  }

  std::string program_;
  std::map<std::string, std::string> values_;
};

}  // namespace xget::bench
