#include "engine/search/facets.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/vendor.hpp"

namespace tocsin::engine::search {
namespace {

using formats::cvss::Severity;

constexpr std::size_t kFacetValuesMax = 12;

std::string capital(std::string_view word) {
  std::string text{word};
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 32);
  return text;
}

std::string_view label_of(Field field) {
  switch (field) {
    case Field::severity:
      return "Severity";
    case Field::vendor:
      return "Vendor";
    case Field::sector:
      return "Sector";
    case Field::published:
      return "Published";
    default:
      return "Weakness";
  }
}

/// The form in which a typed value names the same thing as a facet value.
std::string canonical(Field field, std::string_view value) {
  switch (field) {
    case Field::vendor:
      return domain::vendor_key(value);
    case Field::sector: {
      const auto sector = domain::parse_sector(value);
      return sector ? std::string{domain::slug(*sector)} : std::string{value};
    }
    case Field::cwe: {
      std::string upper;
      for (const char c : value) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      return upper.starts_with("CWE-") ? upper : "CWE-" + upper;
    }
    default:
      return text::lower_ascii(value);
  }
}

std::vector<FacetValue> sorted(std::vector<FacetValue> values) {
  std::ranges::sort(values, [](const FacetValue& a, const FacetValue& b) {
    return a.count != b.count ? a.count > b.count : a.label < b.label;
  });
  return values;
}

std::vector<FacetValue> vendors(const CatalogueSnapshot& snapshot, const Bits& bits) {
  std::vector<std::int64_t> counts(snapshot.vendor_max() + std::size_t{1});
  bits.each([&](std::size_t i) {
    for (const auto vendor : snapshot.vendors(snapshot[i])) ++counts[vendor];
  });
  std::vector<FacetValue> values;
  for (std::size_t id = 0; id < counts.size(); ++id) {
    if (counts[id] == 0) continue;
    const auto* name = snapshot.vendor(static_cast<std::uint32_t>(id));
    if (name != nullptr) values.push_back({name->key, name->name, counts[id], false});
  }
  return sorted(std::move(values));
}

std::vector<FacetValue> weaknesses(const CatalogueSnapshot& snapshot, const Bits& bits) {
  std::vector<std::int64_t> counts(snapshot.cwe_max() + std::size_t{1});
  bits.each([&](std::size_t i) {
    for (const auto cwe : snapshot.cwes(snapshot[i])) ++counts[cwe];
  });
  std::vector<FacetValue> values;
  for (std::size_t number = 0; number < counts.size(); ++number) {
    if (counts[number] == 0) continue;
    const auto id = fmt::format("CWE-{}", number);
    values.push_back({id, id, counts[number], false});
  }
  return sorted(std::move(values));
}

std::vector<FacetValue> sectors(const CatalogueSnapshot& snapshot, const Bits& bits) {
  std::array<std::int64_t, 32> counts{};
  bits.each([&](std::size_t i) {
    for (auto rest = snapshot[i].sectors; rest != 0; rest &= rest - 1)
      ++counts[static_cast<std::size_t>(std::countr_zero(rest))];
  });
  std::vector<FacetValue> values;
  for (const auto sector : domain::all_sectors()) {
    if (const auto count = counts[static_cast<std::size_t>(sector)]; count > 0) {
      values.push_back({std::string{domain::slug(sector)}, std::string{domain::name(sector)}, count, false});
    }
  }
  return sorted(std::move(values));
}

std::vector<FacetValue> severities(const CatalogueSnapshot& snapshot, const Bits& bits) {
  std::array<std::int64_t, 5> counts{};
  bits.each([&](std::size_t i) { ++counts[snapshot[i].severity]; });
  std::vector<FacetValue> values;
  for (const auto severity : {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::none}) {
    if (const auto count = counts[static_cast<std::size_t>(severity)]; count > 0) {
      const auto name = formats::cvss::to_string(severity);
      values.push_back({std::string{name}, capital(name), count, false});
    }
  }
  return values;
}

std::vector<FacetValue> years(const CatalogueSnapshot& snapshot, const Bits& bits) {
  std::vector<std::int64_t> counts(std::numeric_limits<std::uint16_t>::max() + std::size_t{1});
  bits.each([&](std::size_t i) { ++counts[snapshot[i].year]; });
  std::vector<FacetValue> values;
  for (std::size_t year = counts.size(); year-- > 0;) {
    if (counts[year] == 0) continue;
    const auto text = fmt::format("{:04}", year);
    values.push_back({text, text, counts[year], false});
  }
  return values;
}

std::vector<FacetValue> all_values(const CatalogueSnapshot& snapshot, const Bits& bits, Field field) {
  switch (field) {
    case Field::severity:
      return severities(snapshot, bits);
    case Field::vendor:
      return vendors(snapshot, bits);
    case Field::sector:
      return sectors(snapshot, bits);
    case Field::published:
      return years(snapshot, bits);
    default:
      return weaknesses(snapshot, bits);
  }
}

/// Values of the field that the query asks for.
std::vector<std::string> chosen_of(Field field, const Query& query) {
  std::vector<std::string> chosen;
  for (const auto& term : query.terms) {
    if (term.field != field || term.negated) continue;
    for (const auto severity : term.severities) chosen.emplace_back(formats::cvss::to_string(severity));
    if (field == Field::severity || field == Field::published || term.comparison != Comparison::equal) continue;
    for (const auto& value : term.values) chosen.push_back(canonical(field, value));
  }
  return chosen;
}

/// The whole year lies in what the query asks for.
bool year_chosen(std::string_view year, const Query& query) {
  const auto as_interval = parse_query(fmt::format("published:{}", year));
  if (!as_interval) return false;
  const auto& whole = as_interval->terms.front().intervals.front();
  return std::ranges::any_of(query.terms, [&](const Term& term) {
    return term.field == Field::published && !term.negated &&
           std::ranges::any_of(term.intervals, [&](const Interval& each) {
             return (!each.from || *each.from <= *whole.from) && (!each.until || *each.until >= *whole.until);
           });
  });
}

}  // namespace

std::vector<FacetValue> count_field(const CatalogueSnapshot& snapshot, const Bits& bits, Field field,
                                    std::size_t limit) {
  auto values = all_values(snapshot, bits, field);
  if (limit > 0 && values.size() > limit) values.resize(limit);
  return values;
}

std::vector<Facet> count_facets(const CatalogueSnapshot& snapshot, const Matched& matched, const Query& query) {
  std::vector<Facet> facets;
  for (const auto field : {Field::severity, Field::vendor, Field::sector, Field::published, Field::cwe}) {
    Facet facet;
    facet.field = field;
    facet.label = std::string{label_of(field)};
    const bool filtered = matched.by_field.contains(field);
    auto values = all_values(snapshot, filtered ? matched.without(field) : matched.result, field);
    const auto chosen = chosen_of(field, query);
    for (auto& value : values) {
      value.selected = std::ranges::find(chosen, value.value) != chosen.end() ||
                       (field == Field::published && year_chosen(value.value, query));
      if (facet.values.size() < kFacetValuesMax || value.selected) {
        facet.values.push_back(std::move(value));
      } else {
        ++facet.more;
      }
    }
    // Selected values that the rest of the query leaves nothing of stay, so that they can be taken off.
    for (const auto& value : chosen) {
      const bool shown = std::ranges::any_of(facet.values, [&](const FacetValue& each) { return each.value == value; });
      if (!shown) facet.values.push_back({value, value, 0, true});
    }
    facets.push_back(std::move(facet));
  }
  return facets;
}

}  // namespace tocsin::engine::search
