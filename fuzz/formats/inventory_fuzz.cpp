// Law: whatever the bytes are, every reader of inventories gives items within its limits or an error that says
// something, a table that was read is the same table after it was written as a worksheet, and what was read is as many
// things after it was written as a bill of materials. The first byte chooses the reader.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/inventory/discovery.hpp"
#include "formats/inventory/number_format.hpp"
#include "formats/inventory/read.hpp"
#include "formats/inventory/sbom.hpp"
#include "formats/inventory/table.hpp"
#include "formats/inventory/worksheet.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::formats::inventory;

void check(const Result<std::vector<Item>>& items) {
  if (!items) {
    TOCSIN_CHECK(!items.error().message.empty());
    return;
  }
  TOCSIN_CHECK(!items->empty() && items->size() <= kItemsMax + 1);
  for (std::size_t at = 0; at < items->size(); ++at) TOCSIN_CHECK((*items)[at].row == at + 1);
  CycloneDxStream bom;
  auto written = bom.begin({.subject = "Inventory", .uuid = "3e671687-395b-41f5-a30f-a58921a69b79", .timestamp = ""});
  for (const auto& item : *items) written += bom.add(item, std::to_string(item.row));
  written += bom.end();
  const auto parsed = json::parse(written, {.bytes_max = std::size_t{1} << 30});
  TOCSIN_CHECK(parsed.has_value());
  BomSubject about;
  const auto again = read_cyclonedx(parsed->root(), &about);
  TOCSIN_CHECK(again.has_value() && about.is_inventory && again->size() == items->size());
  for (std::size_t at = 0; at < items->size(); ++at) {
    const auto &before = (*items)[at], &after = (*again)[at];
    TOCSIN_CHECK(after.versions.size() <= before.versions.size() && after.product.size() <= 3 * before.product.size());
  }
}

void check(const Result<Table>& table) {
  if (!table) {
    TOCSIN_CHECK(!table.error().message.empty());
    return;
  }
  TOCSIN_CHECK(table->rows.size() == table->lines.size());
  for (const auto& row : table->rows) TOCSIN_CHECK(row.size() == table->headers.size());
  const auto written = write_worksheet(*table);
  TOCSIN_CHECK(written.has_value());
  const auto again = read_worksheet(*written);
  // A header with nothing in it but what XML does not allow is none.
  TOCSIN_CHECK(!again || again->headers.size() <= table->headers.size());
}

void check_parsed(std::string_view bytes, Result<std::vector<Item>> (*read)(const boost::json::value&)) {
  if (const auto parsed = json::parse(bytes)) check(read(parsed->root()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
  switch (*data) {
    case 'c':
      check(read_csv(bytes));
      break;
    case 'w':
      check(read_worksheet(bytes));
      break;
    case 'b':
      check_parsed(bytes, [](const boost::json::value& root) { return read_cyclonedx(root); });
      break;
    case 'B':
      check(read_cyclonedx_xml(bytes));
      break;
    case 's':
      check_parsed(bytes, [](const boost::json::value& root) { return read_spdx(root); });
      break;
    case 'S':
      check(read_spdx_tags(bytes));
      break;
    case 'n':
      check(read_nmap(bytes));
      break;
    case 'z':
      check(read_zeek(bytes, "x.log"));
      break;
    case 'N':
      check_parsed(bytes, read_netbox);
      break;
    case 'g':
      check(read_grassmarlin(bytes));
      break;
    case 'a':
      check(read_automation_ml(bytes));
      break;
    case 'f': {
      // A worksheet's cells inside of a ZIP are out of a fuzzer's reach: number formats are tried by themselves.
      const auto line = bytes.find('\n');
      const auto number = static_cast<double>(bytes.size()) * (line == std::string_view::npos ? 1.5 : 997.25);
      constexpr std::size_t kDigitsMax = 400;
      for (const double each : {number, -number, 0.0, number * 1e9}) {
        TOCSIN_CHECK(shown(each, bytes.substr(0, line)).size() <= bytes.size() + kDigitsMax);
      }
      break;
    }
    default: {
      const auto inventory = read_inventory(bytes, "-");
      TOCSIN_CHECK(inventory ? inventory->columns.size() == inventory->headers.size()
                             : !inventory.error().message.empty());
    }
  }
  return 0;
}
