// Writes a document from its template: each "@name@" becomes the block of that name.
//   fill TEMPLATE OUTPUT
// Part of the build alone, never installed. Exit: 0, or 1 with a line that says why.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include "completions/blocks.hpp"

namespace {

using xget::completions::all_blocks;
using xget::completions::Block;

constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyz_";

// nullopt: something stands between two @ as a block's name does, and is none.
std::optional<std::string> filled(std::string_view text) {
  std::string out;
  while (true) {
    const auto begin = text.find('@');
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    text.remove_prefix(begin + 1);
    const auto end = text.find_first_not_of(kNameLetters);
    if (end == 0 || end == std::string_view::npos || text[end] != '@') {
      out += '@';
      continue;
    }
    const std::string_view name = text.substr(0, end);
    const auto blocks = all_blocks();
    const auto block = std::find_if(blocks.begin(), blocks.end(),
                                    [&](const Block& each) { return each.name == name; });
    if (block == blocks.end()) {
      std::cerr << "there is no block " << name << '\n';
      return std::nullopt;
    }
    out += block->text();
    text.remove_prefix(end + 1);
  }
}

bool fill(const char* source, const char* target) {
  std::ifstream in(source);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) {
    std::cerr << "cannot read " << source << '\n';
    return false;
  }
  const auto document = filled(text.str());
  if (!document) return false;
  std::ofstream out(target, std::ios::trunc);
  out << *document;
  out.close();
  if (!out) std::cerr << "cannot write " << target << '\n';
  return !out.fail();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: fill TEMPLATE OUTPUT\n";
    return 1;
  }
  return fill(argv[1], argv[2]) ? 0 : 1;
}
