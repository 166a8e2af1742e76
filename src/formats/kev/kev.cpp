#include "formats/kev/kev.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/civil_date.hpp"
#include "formats/inventory/table.hpp"
#include "formats/vex/claims.hpp"

namespace tocsin::formats::kev {
namespace {

constexpr std::size_t kCveBytesMax = 28;  // The schema's pattern: four digits of the year, at most nineteen behind.

/// One entry as texts, and where each stands: both forms have the same members.
struct Raw {
  std::string_view cve, vendor, product, name, added, due, ransomware, action;
};

Error at(std::string_view where, std::string_view member, std::string_view message) {
  return Error::invalid(std::string{message}, fmt::format("{}{}", where, member));
}

Result<Entry> read_entry(const Raw& raw, std::string_view where, bool json) {
  const auto member = [&](std::string_view name) { return json ? "/" + std::string{name} : std::string{}; };
  for (const auto text : {raw.cve, raw.vendor, raw.product, raw.name, raw.action}) {
    if (text.size() > kTextBytesMax) return Error::too_large("A text of the entry", kTextBytesMax, std::string{where});
  }
  Entry entry;
  entry.cve = text::trim(raw.cve);
  if (!vex::is_cve(entry.cve) || entry.cve.size() > kCveBytesMax) {
    return at(where, member("cveID"), fmt::format("'{}' is no CVE id", text::shorten(raw.cve, 40)));
  }
  auto added = read_date(raw.added);
  if (!added) return at(where, member("dateAdded"), added.error().message);
  entry.added = *added;
  if (!raw.due.empty()) {
    auto due = read_date(raw.due);
    if (!due) return at(where, member("dueDate"), due.error().message);
    entry.due = *due;
  }
  entry.vendor = text::trim(raw.vendor);
  entry.product = text::trim(raw.product);
  entry.name = text::trim(raw.name);
  entry.action = text::trim(raw.action);
  entry.ransomware = text::equals_ignore_case_ascii(text::trim(raw.ransomware), "known");
  return entry;
}

struct Placed {
  Entry entry;
  std::size_t number = 0;
  std::string where;
};

Result<std::vector<Entry>> finish(std::vector<Placed> all) {
  std::ranges::sort(all, {}, [](const Placed& each) { return std::tie(each.entry.cve, each.number); });
  std::vector<Entry> entries;
  entries.reserve(all.size());
  for (auto& each : all) {
    if (!entries.empty() && entries.back().cve == each.entry.cve) {
      return Error::invalid(fmt::format("{} stands twice in the catalogue", each.entry.cve), each.where);
    }
    entries.push_back(std::move(each.entry));
  }
  return entries;
}

Error too_many() {
  return Error::invalid(fmt::format("The catalogue has more than {} entries", text::thousands(kEntriesMax)));
}

constexpr std::string_view kColumns[] = {"cveID",   "vendorProject",     "product",       "dateAdded",
                                         "dueDate", "vulnerabilityName", "requiredAction"};

}  // namespace

Timestamp Catalogue::newest() const noexcept {
  Timestamp newest;
  for (const auto& each : entries) newest = std::max(newest, each.added);
  return newest;
}

bool recognise_json(const boost::json::value& root) noexcept {
  const auto* version = json::find(root, "catalogVersion");
  const auto* list = json::find(root, "vulnerabilities");
  return version != nullptr && list != nullptr && list->is_array();
}

bool recognise_csv(std::string_view bytes) noexcept {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const auto line = bytes.substr(0, std::min<std::size_t>(bytes.find('\n'), 1024));
  return text::contains(line, "cveID") && text::contains(line, "dateAdded") && line.find('{') == std::string_view::npos;
}

Result<Catalogue> read_json(const boost::json::value& root) {
  if (!root.is_object()) return Error::invalid("A catalogue of known exploited vulnerabilities is an object", "/");
  Catalogue catalogue;
  const auto* version = json::find(root, "catalogVersion");
  if (version == nullptr || !version->is_string() || version->get_string().size() > 64) {
    return Error::invalid("The catalogue's version is missing or no short text", "/catalogVersion");
  }
  catalogue.version = std::string_view{version->get_string()};
  const auto* released = json::find(root, "dateReleased");
  if (released == nullptr || !released->is_string()) return Error::invalid("The date is missing", "/dateReleased");
  auto time = parse_rfc3339(std::string_view{released->get_string()});
  if (!time) return Error::invalid(time.error().message, "/dateReleased");
  catalogue.released = *time;
  const auto* list = json::find(root, "vulnerabilities");
  if (list == nullptr || !list->is_array()) return Error::invalid("The list is missing", "/vulnerabilities");
  const auto& array = list->get_array();
  if (array.size() > kEntriesMax) return too_many();
  const auto* count = json::find(root, "count");
  if (count != nullptr && !(count->is_int64() && count->get_int64() >= 0 &&
                            static_cast<std::uint64_t>(count->get_int64()) == array.size())) {
    return Error::invalid(fmt::format("The catalogue says another count than that of its {} entries: it was cut or "
                                      "changed on its way; fetch it anew",
                                      array.size()),
                          "/count");
  }
  std::vector<Placed> all;
  all.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    const auto where = json::pointer_append("/vulnerabilities", i);
    const auto& each = array[i];
    if (!each.is_object()) return Error::invalid("An entry is an object", where);
    for (const std::string_view member : {"cveID", "dateAdded"}) {
      const auto* found = json::find(each, member);
      if (found == nullptr || !found->is_string()) {
        return Error::invalid("The member is missing or no text", fmt::format("{}/{}", where, member));
      }
    }
    TRY(auto entry, read_entry({.cve = json::string_at(each, "cveID"),
                                .vendor = json::string_at(each, "vendorProject"),
                                .product = json::string_at(each, "product"),
                                .name = json::string_at(each, "vulnerabilityName"),
                                .added = json::string_at(each, "dateAdded"),
                                .due = json::string_at(each, "dueDate"),
                                .ransomware = json::string_at(each, "knownRansomwareCampaignUse"),
                                .action = json::string_at(each, "requiredAction")},
                               where, true));
    all.push_back({std::move(entry), i, where + "/cveID"});
  }
  TRY(catalogue.entries, finish(std::move(all)));
  return catalogue;
}

Result<Catalogue> read_csv(std::string_view bytes) {
  TRY(const auto table, inventory::read_csv(bytes));
  if (table.rows.size() > kEntriesMax) return too_many();
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(table.headers, name) - table.headers.begin());
  };
  for (const auto name : kColumns) {
    if (column(name) == table.headers.size()) {
      return Error::invalid(fmt::format("The table has no column '{}'", name), "1");
    }
  }
  const auto ransomware = column("knownRansomwareCampaignUse");
  std::vector<Placed> all;
  all.reserve(table.rows.size());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    const auto cell = [&](std::size_t at) { return at < row.size() ? std::string_view{row[at]} : std::string_view{}; };
    auto where = std::to_string(table.lines[i]);
    TRY(auto entry, read_entry({.cve = cell(column("cveID")),
                                .vendor = cell(column("vendorProject")),
                                .product = cell(column("product")),
                                .name = cell(column("vulnerabilityName")),
                                .added = cell(column("dateAdded")),
                                .due = cell(column("dueDate")),
                                .ransomware = cell(ransomware),
                                .action = cell(column("requiredAction"))},
                               where, false));
    all.push_back({std::move(entry), i, std::move(where)});
  }
  Catalogue catalogue;
  TRY(catalogue.entries, finish(std::move(all)));
  return catalogue;
}

}  // namespace tocsin::formats::kev
