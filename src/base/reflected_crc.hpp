// What CRC-32C and CRC-64/XZ share: bytes go in by their lowest bit first, and the register begins
// and ends with all its bits inverted. Of the register's polynomial over GF(2) the highest bit is
// x^0's, so that a shift to the right multiplies by x; `kPolynomial` is written that way, too.
//
// Bytes go in eight at a time through eight tables ("slicing-by-8": Kounavis and Berry, ISCC 2005).
// Thread: any; pure.
#pragma once

#include <array>
#include <bit>
#include <climits>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace xget {

template <std::unsigned_integral Word, Word kPolynomial>
class ReflectedCrc {
 public:
  // The checksum of what `crc` stands for followed by `bytes`; 0 stands for nothing.
  static Word extend(Word crc, std::span<const std::byte> bytes) {
    Word state = ~crc;
    while (bytes.size() >= kSlices) {
      const std::uint64_t word = first_eight(bytes) ^ state;
      state = 0;
#pragma GCC unroll 8
      for (std::size_t i = 0; i < kSlices; ++i) {
        state ^= kTables[kSlices - 1 - i][word >> (CHAR_BIT * i) & 0xFFU];
      }
      bytes = bytes.subspan(kSlices);
    }
    for (const std::byte byte : bytes) {
      const Word index = state ^ std::to_integer<Word>(byte);
      state = state >> CHAR_BIT ^ kTables[0][index & 0xFFU];
    }
    return ~state;
  }

  // The checksum of two pieces that adjoin, from those of each. Following bytes move what is in the
  // register by x^8 each; what the two inversions leave is the same for both and cancels out.
  static Word combined(Word first, Word second, std::uint64_t second_length) {
    return product(first, moved_by(second_length)) ^ second;
  }

 private:
  static constexpr std::size_t kSlices = sizeof(std::uint64_t);
  static constexpr unsigned kHighest = CHAR_BIT * sizeof(Word) - 1;
  static constexpr Word kOne = Word{1} << kHighest;  // x^0
  using Tables = std::array<std::array<Word, 256>, kSlices>;

  static constexpr Word all_if(Word bit) { return Word{0} - bit; }  // all ones for 1

  static constexpr Word times_x(Word a) { return a >> 1U ^ (kPolynomial & all_if(a & 1U)); }

  static constexpr Word product(Word a, Word b) {
    Word sum = 0;
    for (; a != 0; a <<= 1U) {
      sum ^= b & all_if(a >> kHighest);
      b = times_x(b);
    }
    return sum;
  }

  // x^(8 * bytes), by squaring.
  static constexpr Word moved_by(std::uint64_t bytes) {
    Word moved = kOne;
    for (Word square = kOne >> CHAR_BIT; bytes != 0; bytes >>= 1U) {
      if ((bytes & 1U) != 0) moved = product(moved, square);
      square = product(square, square);
    }
    return moved;
  }

  // kTables[i][byte]: what a byte leaves in the register after i more bytes of zeros.
  static constexpr Tables make_tables() {
    Tables tables{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
      auto left = static_cast<Word>(byte);
      for (int bit = 0; bit < CHAR_BIT; ++bit) left = times_x(left);
      tables[0][byte] = left;
    }
    for (std::size_t i = 1; i < kSlices; ++i) {
      for (std::size_t byte = 0; byte < 256; ++byte) {
        const Word before = tables[i - 1][byte];
        tables[i][byte] = before >> CHAR_BIT ^ tables[0][before & 0xFFU];
      }
    }
    return tables;
  }

  static std::uint64_t first_eight(std::span<const std::byte> bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
  }

  static constexpr Tables kTables = make_tables();
};

}  // namespace xget
