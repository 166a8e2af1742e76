#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/inventory/search_terms.hpp"
#include "engine/keyset.hpp"

namespace tocsin::engine::inventory {
namespace {

using store::AssetSort;

struct SortName {
  AssetSort sort;
  std::string_view name;
  char letter;
};
constexpr std::array kSorts{SortName{AssetSort::label, "name", 'l'}, SortName{AssetSort::vendor, "vendor", 'v'},
                            SortName{AssetSort::site, "site", 's'}, SortName{AssetSort::changed, "changed", 'c'}};
constexpr std::size_t kWordsMax = 10;
constexpr int kValuesMax = 200;

char letter_of(AssetSort sort) noexcept { return kSorts[static_cast<std::size_t>(sort)].letter; }

/// The first number is the time or nothing; the text is the sorted column, and after a line break the asset's number.
std::string cursor_after(AssetSort sort, const store::Asset& last) {
  std::string text;
  if (sort == AssetSort::label) text = text::fold(last.label);
  if (sort == AssetSort::vendor) text = last.item.vendor;
  if (sort == AssetSort::site) text = last.item.site;
  return keyset_text(letter_of(sort), {.number = sort == AssetSort::changed ? last.changed_at.micros : last.id,
                                       .text = sort == AssetSort::changed ? fmt::format("{}", last.id) : text});
}

Result<store::AssetAfter> read_cursor(AssetSort sort, std::string_view cursor) {
  TRY(const auto keyset, parse_keyset(letter_of(sort), cursor));
  if (sort != AssetSort::changed) return store::AssetAfter{.text = keyset.text, .number = 0, .id = keyset.number};
  store::AssetAfter after{.text = {}, .number = keyset.number, .id = 0};
  const auto [end, error] = std::from_chars(keyset.text.data(), keyset.text.data() + keyset.text.size(), after.id);
  if (error != std::errc{} || end != keyset.text.data() + keyset.text.size()) {
    return Error::invalid("this cursor was not made by this server: start again from the first page", "cursor");
  }
  return after;
}

}  // namespace

std::string_view to_string(AssetSort sort) noexcept { return kSorts[static_cast<std::size_t>(sort)].name; }
std::optional<AssetSort> parse_sort(std::string_view text) noexcept {
  for (const auto& each : kSorts) {
    if (each.name == text) return each.sort;
  }
  return std::nullopt;
}

Result<AssetPage> list(store::Database& database, const Access& access, const ListInput& input) {
  if (input.limit < 1 || input.limit > 200) {
    return Error::invalid(std::string{tr<"a page has 1 to 200 entries">()}, "limit");
  }
  store::AssetFilter filter{.terms = {},
                            .words = {},
                            .vendor = input.vendor,
                            .zone = input.zone,
                            .exposure = input.exposure,
                            .criticality = input.criticality,
                            .site = input.site,
                            .sites = access.sites};
  const auto words = text::fold(text::squeeze(input.words));
  for (const auto word : text::split(words, ' ')) {
    if (!word.empty() && filter.words.size() < kWordsMax) filter.words.emplace_back(word);
  }
  filter.terms = asked_terms(filter.words);
  // Nothing but punctuation was typed.
  if (filter.terms.empty()) filter.words.clear();
  std::optional<store::AssetAfter> after;
  if (!input.cursor.empty()) {
    TRY(after, read_cursor(input.sort, input.cursor));
  }
  return database.snapshot([&](store::Connection& connection) -> Result<AssetPage> {
    store::Assets assets{connection};
    AssetPage page;
    TRY(page.total, assets.count(access.organisation, filter));
    TRY(page.rows, assets.page(access.organisation, filter, input.sort, after, input.limit + 1));
    if (std::cmp_greater(page.rows.size(), input.limit)) {
      page.rows.pop_back();
      page.next_cursor = cursor_after(input.sort, page.rows.back());
    }
    return page;
  });
}

Result<FilterValues> filter_values(store::Database& database, const Access& access) {
  return database.snapshot([&](store::Connection& connection) -> Result<FilterValues> {
    using Column = store::Assets::Column;
    FilterValues values;
    // What is beyond the granted sites is not told of, not even by a name in a list.
    if (access.sites) {
      values.sites = *access.sites;
      return values;
    }
    store::Assets assets{connection};
    TRY(values.vendors, assets.values(access.organisation, Column::vendor, kValuesMax));
    TRY(values.sites, assets.values(access.organisation, Column::site, kValuesMax));
    TRY(values.zones, assets.values(access.organisation, Column::zone, kValuesMax));
    TRY(values.exposures, assets.values(access.organisation, Column::exposure, kValuesMax));
    TRY(values.criticalities, assets.values(access.organisation, Column::criticality, kValuesMax));
    return values;
  });
}

Result<std::optional<store::Asset>> find(store::Database& database, const Access& access, std::int64_t id) {
  TRY(auto found, database.read([&](store::Connection& connection) {
    return store::Assets{connection}.find(access.organisation, id);
  }));
  if (found && access.sites && std::ranges::find(*access.sites, found->item.site) == access.sites->end()) {
    return std::optional<store::Asset>{};
  }
  return found;
}

std::string version_of(const store::Asset& asset) { return fmt::format("{}-{}", asset.version, asset.digest); }

}  // namespace tocsin::engine::inventory
