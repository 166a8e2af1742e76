#include "domain/case.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tocsin::domain {
namespace {

constexpr std::array kKinds{CaseKind::coordination, CaseKind::incident};
constexpr std::array kParts{CasePart::coordinator, CasePart::reporter, CasePart::vendor,
                            CasePart::asset_owner, CasePart::agency,   CasePart::other};

constexpr std::string_view kPrefix = "CASE-";
constexpr std::size_t kYearDigits = 4, kDigitsMin = 5, kDigitsMax = 12;

bool all_digits(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::span<const CaseKind> all_case_kinds() noexcept { return kKinds; }

std::string_view slug(CaseKind kind) noexcept { return kind == CaseKind::incident ? "incident" : "coordination"; }

std::string_view to_string(CaseKind kind) noexcept {
  return kind == CaseKind::incident ? "incident" : "vulnerability coordination";
}

std::optional<CaseKind> parse_case_kind(std::string_view text) noexcept {
  const auto found = std::ranges::find_if(kKinds, [&](CaseKind each) { return slug(each) == text; });
  if (found == kKinds.end()) return std::nullopt;
  return *found;
}

std::string_view to_string(CaseState state) noexcept { return state == CaseState::open ? "open" : "closed"; }

std::optional<CaseState> parse_case_state(std::string_view text) noexcept {
  if (text == "open") return CaseState::open;
  if (text == "closed") return CaseState::closed;
  return std::nullopt;
}

std::span<const CasePart> all_case_parts() noexcept { return kParts; }

std::string_view slug(CasePart part) noexcept {
  switch (part) {
    case CasePart::coordinator:
      return "coordinator";
    case CasePart::reporter:
      return "reporter";
    case CasePart::vendor:
      return "vendor";
    case CasePart::asset_owner:
      return "asset-owner";
    case CasePart::agency:
      return "agency";
    case CasePart::other:
      break;
  }
  return "other";
}

std::string_view to_string(CasePart part) noexcept {
  switch (part) {
    case CasePart::asset_owner:
      return "asset owner";
    case CasePart::agency:
      return "government agency";
    default:
      return slug(part);
  }
}

std::optional<CasePart> parse_case_part(std::string_view text) noexcept {
  const auto found = std::ranges::find_if(kParts, [&](CasePart each) { return slug(each) == text; });
  if (found == kParts.end()) return std::nullopt;
  return *found;
}

std::string case_number(int year, std::string_view digits) { return fmt::format("{}{:04}-{}", kPrefix, year, digits); }

std::optional<std::string> parse_case_number(std::string_view text) {
  if (text.size() < kPrefix.size() + kYearDigits + 1 + kDigitsMin ||
      text.size() > kPrefix.size() + kYearDigits + 1 + kDigitsMax) {
    return std::nullopt;
  }
  const bool prefixed = std::ranges::equal(text.substr(0, kPrefix.size()), kPrefix, [](char a, char b) {
    return a == b || (a >= 'a' && a <= 'z' && a - 'a' + 'A' == b);
  });
  const auto year = text.substr(kPrefix.size(), kYearDigits), digits = text.substr(kPrefix.size() + kYearDigits + 1);
  if (!prefixed || !all_digits(year) || text[kPrefix.size() + kYearDigits] != '-' || !all_digits(digits)) {
    return std::nullopt;
  }
  return fmt::format("{}{}-{}", kPrefix, year, digits);
}

}  // namespace tocsin::domain
