#include "formats/cve/cve_id.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/cve/cve.hpp"

namespace tocsin::formats::cve {
namespace {

constexpr std::string_view kSoftHyphen = "\xC2\xAD";
/// U+2010 to U+2013.
constexpr std::string_view kDashes[] = {"-", "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93"};
constexpr std::size_t kYearDigits = 4, kNumberDigitsMax = 19;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::size_t soft_hyphen_at(std::string_view text) noexcept {
  return text.starts_with(kSoftHyphen) ? kSoftHyphen.size() : 0;
}

/// Bytes of what joins two parts. A soft hyphen stands for a hyphen where a PDF's line was broken there, and beside one
/// where somebody wanted to allow it.
std::size_t joint_at(std::string_view text) noexcept {
  auto end = soft_hyphen_at(text);
  for (const auto dash : kDashes) {
    if (!text.substr(end).starts_with(dash)) continue;
    end += dash.size();
    return end + soft_hyphen_at(text.substr(end));
  }
  return end;
}

}  // namespace

std::optional<WrittenCve> cve_at_begin(std::string_view text) {
  constexpr std::string_view kName = "CVE";
  if (!text::equals_ignore_case_ascii(text.substr(0, kName.size()), kName)) return std::nullopt;
  auto at = kName.size();
  std::string id = "CVE-";
  auto joint = joint_at(text.substr(at));
  if (joint == 0) return std::nullopt;
  at += joint;
  const auto year = text.substr(at, kYearDigits);
  if (year.size() != kYearDigits || !std::ranges::all_of(year, is_digit)) return std::nullopt;
  id.append(year).append("-");
  at += kYearDigits;
  joint = joint_at(text.substr(at));
  if (joint == 0) return std::nullopt;
  at += joint;
  for (std::size_t digits = 0; at < text.size(); ++digits) {
    // A number that is broken across lines goes on behind the soft hyphen: the first part alone is another CVE.
    const auto soft = digits == 0 ? 0 : soft_hyphen_at(text.substr(at));
    if (at + soft >= text.size() || !is_digit(text[at + soft])) break;
    if (digits == kNumberDigitsMax) return std::nullopt;
    id += text[at + soft];
    at += soft + 1;
  }
  if (canonical(id).empty()) return std::nullopt;
  return WrittenCve{.id = std::move(id), .bytes = at};
}

std::string cve_of(std::string_view text) {
  auto found = cve_at_begin(text);
  return found && found->bytes == text.size() ? std::move(found->id) : std::string{};
}

}  // namespace tocsin::formats::cve
