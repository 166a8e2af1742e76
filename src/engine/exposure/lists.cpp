#include "engine/exposure/lists.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::engine::exposure {
namespace {

using store::ExposureListBy;

constexpr ExposureListBy kLists[] = {ExposureListBy::product, ExposureListBy::bom, ExposureListBy::advisory,
                                     ExposureListBy::vulnerability, ExposureListBy::asset};

/// The list's name first: in another a cursor would skip and repeat.
std::string cursor_of(const store::ExposureTally& row, ExposureListBy by) {
  const auto after = store::after_tally(row, by);
  return fmt::format("{}.{}.{}~{}", to_string(by), after.urgency, after.waiting, after.key);
}

Result<store::ExposureTallyAfter> read_cursor(std::string_view text, ExposureListBy by) {
  constexpr std::size_t kCursorBytesMax = 2'000;
  auto bad = Error::invalid("this cursor was not made by this server: start again from the first page", "cursor");
  const auto tilde = text.find('~');
  if (text.size() > kCursorBytesMax || tilde == std::string_view::npos ||
      text::invalid_utf8_at(text) != std::string_view::npos || text.find('\0') != std::string_view::npos) {
    return bad;
  }
  const auto parts = text::split(text.substr(0, tilde), '.');
  if (parts.size() != 3) return bad;
  if (parts[0] != to_string(by)) {
    return Error::invalid("this cursor belongs to another list: start again from the first page", "cursor");
  }
  store::ExposureTallyAfter after;
  std::int64_t* const into[] = {&after.urgency, &after.waiting};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto part = parts[i + 1];
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), *into[i]);
    if (error != std::errc{} || end != part.data() + part.size()) return bad;
  }
  after.key = std::string{text.substr(tilde + 1)};
  return after;
}

}  // namespace

std::span<const ExposureListBy> all_lists() noexcept { return kLists; }

std::string_view to_string(ExposureListBy by) noexcept {
  switch (by) {
    case ExposureListBy::product:
      return "product";
    case ExposureListBy::bom:
      return "bom";
    case ExposureListBy::advisory:
      return "advisory";
    case ExposureListBy::vulnerability:
      return "vulnerability";
    case ExposureListBy::asset:
      break;
  }
  return "asset";
}

std::optional<ExposureListBy> parse_list(std::string_view text) noexcept {
  const auto* found = std::ranges::find(kLists, text, [](ExposureListBy by) { return to_string(by); });
  return found == std::end(kLists) ? std::nullopt : std::optional{*found};
}

Result<TallyPage> tallies(store::Database& database, const Actor& actor, const inventory::Access& access,
                          ExposureListBy by, const ListInput& input, Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::read_inventory));
  if (input.limit < 1 || input.limit > 200) {
    return Error::invalid(std::string{tr<"a page has 1 to 200 entries">()}, "limit");
  }
  TRY(const auto filter, filter_of(access, input, now));
  std::optional<store::ExposureTallyAfter> after;
  if (!input.cursor.empty()) {
    TRY(after, read_cursor(input.cursor, by));
  }
  TallyPage page;
  // What is counted of the inventory belongs to what is counted of matches.
  TRY(page.rows, database.snapshot([&](store::Connection& connection) {
    return store::exposure_tallies(connection, reader_of(actor, access), access.organisation, filter, by, after,
                                   input.limit + 1, now);
  }));
  if (std::cmp_greater(page.rows.size(), input.limit)) {
    page.rows.pop_back();
    page.next_cursor = cursor_of(page.rows.back(), by);
  }
  return page;
}

Result<std::optional<store::ExposureTally>> tally_of(store::Database& database, const Actor& actor,
                                                     const inventory::Access& access, domain::RecordId record,
                                                     Timestamp now) {
  TRY(auto page, tallies(database, actor, access, ExposureListBy::advisory, {.record = record, .limit = 1}, now));
  if (page.rows.empty()) return std::optional<store::ExposureTally>{};
  return std::optional{std::move(page.rows.front())};
}

}  // namespace tocsin::engine::exposure
