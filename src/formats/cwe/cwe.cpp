#include "formats/cwe/cwe.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <vector>

#include "formats/cwe/table.hpp"

namespace tocsin::formats::cwe {
namespace {

/// 79 of "CWE-79"; 0, which is none, for anything else.
std::uint16_t number_of(std::string_view id) noexcept {
  constexpr std::string_view kPrefix = "CWE-";
  if (!id.starts_with(kPrefix)) return 0;
  const auto digits = id.substr(kPrefix.size());
  if (digits.empty() || digits.front() == '0') return 0;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() ? number : std::uint16_t{0};
}

/// By number: where its spans begin in the table; those of the next number begin where they end.
const std::vector<std::uint32_t>& begins() {
  static const std::vector<std::uint32_t> kBegins = [] {
    const auto table = span_table();
    std::vector<std::uint32_t> begins(table.empty() ? 1 : table.back().number + std::size_t{2});
    for (const auto& span : table) ++begins[span.number + std::size_t{1}];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    return begins;
  }();
  return kBegins;
}

std::span<const Span> spans_of(std::string_view id) noexcept {
  const std::size_t number = number_of(id);
  const auto& begin = begins();
  if (number + 1 >= begin.size()) return {};
  return span_table().subspan(begin[number], begin[number + 1] - begin[number]);
}

std::optional<std::size_t> index_of(std::string_view version) noexcept {
  const auto versions = version_table();
  const auto found = std::ranges::find(versions, version, &VersionEntry::version);
  if (found == versions.end()) return std::nullopt;
  return static_cast<std::size_t>(found - versions.begin());
}

}  // namespace

std::optional<Weakness> find(std::string_view id, std::string_view version) noexcept {
  const auto index = index_of(version);
  if (!index) return std::nullopt;
  for (const auto& span : spans_of(id)) {
    if (span.first <= *index && *index <= span.last) {
      return Weakness{span.name, static_cast<Status>(span.status), static_cast<Usage>(span.usage)};
    }
  }
  return std::nullopt;
}

bool is_version(std::string_view version) noexcept { return index_of(version).has_value(); }
std::string_view latest_version() noexcept { return version_table().back().version; }

std::string_view version_of_day(std::string_view date) noexcept {
  std::string_view version;
  for (const auto& each : version_table()) {
    if (each.date <= date) version = each.version;
  }
  return version;
}

bool is_known(std::string_view id) noexcept { return !spans_of(id).empty(); }

bool was_ever_named(std::string_view id, std::string_view name) noexcept {
  return std::ranges::any_of(spans_of(id), [name](const Span& each) { return each.name == name; });
}

std::string_view newest_name(std::string_view id) noexcept {
  const auto spans = spans_of(id);
  return spans.empty() ? std::string_view{} : spans.back().name;
}

std::string_view version_that_matches(std::string_view id, std::string_view name, std::string_view date) noexcept {
  std::string_view before, after;
  const auto versions = version_table();
  for (const auto& span : spans_of(id)) {
    if (span.name != name) continue;
    for (std::size_t i = span.first; i <= span.last; ++i) {
      if (versions[i].date < date) {
        before = versions[i].version;
      } else if (after.empty()) {
        after = versions[i].version;
      }
    }
  }
  return before.empty() ? after : before;
}

}  // namespace tocsin::formats::cwe
