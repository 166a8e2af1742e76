#include "base/normal_form.hpp"

#include <algorithm>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include "base/text.hpp"

namespace tocsin::text {

std::string normal_form_c(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(text, is_ascii) || invalid_utf8_at(text) < text.size()) return std::string{text};
  UErrorCode status = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFCInstance(status);
  std::string out;
  icu::StringByteSink<std::string> sink{&out};
  if (U_SUCCESS(status) != 0) {
    normalizer->normalizeUTF8(0, {text.data(), static_cast<std::int32_t>(text.size())}, sink, nullptr, status);
  }
  return U_SUCCESS(status) != 0 ? out : std::string{text};
}

}  // namespace tocsin::text
