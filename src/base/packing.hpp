#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Numbers and texts as compact bytes, for what one build of Tocsin writes and the same build reads elsewhere.
namespace tocsin {

/// Seven bits a byte, the lowest first; texts with their length before them.
class PackWriter {
 public:
  explicit PackWriter(std::string& out) noexcept : out_(out) {}
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(static_cast<unsigned char>(value) | 0x80U);
    out_ += static_cast<char>(value);
  }
  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }

 private:
  std::string& out_;
};

/// Total: what is cut or damaged reads as 0 and as no text from there on, and good() says so.
class PackReader {
 public:
  explicit PackReader(std::string_view bytes) noexcept : bytes_(bytes) {}
  std::uint64_t number() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) return fail();
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::string_view text() noexcept {
    const auto size = number();
    if (size > bytes_.size()) {
      fail();
      return {};
    }
    const auto read = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(read.size());
    return read;
  }
  /// Of things that take a byte each at least: so many that no more memory is taken than there are bytes.
  std::size_t count() noexcept {
    const auto read = number();
    return read <= bytes_.size() ? static_cast<std::size_t>(read) : static_cast<std::size_t>(fail());
  }
  bool good() const noexcept { return good_; }
  bool at_end() const noexcept { return bytes_.empty(); }

 private:
  std::uint64_t fail() noexcept {
    good_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace tocsin
