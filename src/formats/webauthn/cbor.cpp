#include "formats/webauthn/cbor.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::formats::webauthn {

Error CborReader::error(std::string message) const {
  return Error::invalid(std::move(message), fmt::format("{}:{}", name_, at_));
}

int CborReader::next_major() const noexcept {
  return at_ < input_.size() ? static_cast<unsigned char>(input_[at_]) >> 5 : -1;
}

bool CborReader::next_is_integer() const noexcept { return next_major() == 0 || next_major() == 1; }
bool CborReader::next_is_map() const noexcept { return next_major() == 5; }

Result<std::string_view> CborReader::take(std::uint64_t count) {
  if (count > input_.size() - at_) return error("CBOR: ends too early");
  const auto taken = input_.substr(at_, static_cast<std::size_t>(count));
  at_ += taken.size();
  return taken;
}

Result<CborReader::Head> CborReader::head() {
  TRY(const auto first, take(1));
  const auto byte = static_cast<unsigned char>(first.front());
  Head head{byte >> 5, byte & 31, static_cast<std::uint64_t>(byte & 31)};
  if (head.info < 24) return head;
  if (head.info > 27) return error("CBOR: no indefinite lengths or reserved heads are allowed");
  TRY(const auto rest, take(1ULL << (head.info - 24)));
  head.value = 0;
  for (const char each : rest) head.value = head.value << 8 | static_cast<unsigned char>(each);
  // Major type 7 has floats here, whose width says something.
  if (head.major == 7) return head;
  const auto shorter_max = head.info == 24 ? 23 : std::numeric_limits<std::uint64_t>::max() >> (64 - 4 * rest.size());
  if (head.value <= shorter_max) return error("CBOR: a head is longer than needed");
  return head;
}

Result<std::int64_t> CborReader::integer() {
  TRY(const auto head, this->head());
  if (head.major > 1) return error("CBOR: an integer is expected");
  if (head.value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return error("CBOR: an integer of at most 64 bits is expected");
  }
  const auto value = static_cast<std::int64_t>(head.value);
  return head.major == 0 ? value : -1 - value;
}

Result<std::string_view> CborReader::string_of(int major, const char* what) {
  TRY(const auto head, this->head());
  if (head.major != major) return error(fmt::format("CBOR: {} is expected", what));
  return take(head.value);
}

Result<std::string_view> CborReader::bytes() { return string_of(2, "a byte string"); }

Result<std::string_view> CborReader::text() {
  TRY(const auto taken, string_of(3, "a text string"));
  if (text::invalid_utf8_at(taken) != std::string_view::npos) return error("CBOR: text that is not UTF-8");
  return taken;
}

Result<std::size_t> CborReader::map() {
  TRY(const auto head, this->head());
  if (head.major != 5) return error("CBOR: a map is expected");
  if (head.value > (input_.size() - at_) / 2) return error("CBOR: ends too early");
  return static_cast<std::size_t>(head.value);
}

Status CborReader::skip_map(std::uint64_t pairs, int depth) {
  if (pairs > (input_.size() - at_) / 2) return error("CBOR: ends too early");
  std::vector<std::string_view> keys;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const auto begin = at_;
    TRY_VOID(skip(depth));
    keys.push_back(input_.substr(begin, at_ - begin));
    TRY_VOID(skip(depth));
  }
  std::ranges::sort(keys);
  // Heads are the shortest, so equal keys have equal bytes.
  if (std::ranges::adjacent_find(keys) != keys.end()) return error("CBOR: a key stands twice in a map");
  return ok();
}

Status CborReader::skip(int depth) {
  if (depth > kCborDepthMax) return error(fmt::format("CBOR: nested deeper than {}", kCborDepthMax));
  if (next_major() == 3) {
    TRY_VOID(text());
    return ok();
  }
  TRY(const auto head, this->head());
  switch (head.major) {
    case 0:
    case 1:
      return ok();
    case 2:
      TRY_VOID(take(head.value));
      return ok();
    case 4:
      if (head.value > input_.size() - at_) return error("CBOR: ends too early");
      for (std::uint64_t i = 0; i < head.value; ++i) TRY_VOID(skip(depth + 1));
      return ok();
    case 5:
      return skip_map(head.value, depth + 1);
    case 6:
      return error("CBOR: tags are not allowed");
    default:
      // false, true, null, undefined; half, single and double.
      if ((head.info >= 20 && head.info <= 23) || head.info >= 25) return ok();
      return error("CBOR: an unknown simple value");
  }
}

Result<std::string_view> CborReader::item() {
  const auto begin = at_;
  TRY_VOID(skip(0));
  return input_.substr(begin, at_ - begin);
}

Status CborReader::end() const {
  if (at_ != input_.size()) return error("something follows after the end");
  return ok();
}

}  // namespace tocsin::formats::webauthn
