#include "formats/inventory/read.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"
#include "formats/inventory/discovery.hpp"
#include "formats/inventory/read_table.hpp"
#include "formats/inventory/sbom.hpp"
#include "formats/inventory/table.hpp"
#include "formats/inventory/worksheet.hpp"
#include "formats/inventory/zip.hpp"
#include "formats/recognise.hpp"

namespace tocsin::formats::inventory {
namespace {

constexpr json::Limits kJsonLimits{.bytes_max = std::size_t{256} << 20, .depth_max = 128};
constexpr std::size_t kAutomationMlBytesMax = std::size_t{256} << 20;
constexpr std::string_view kOldOffice = "\xD0\xCF\x11\xE0";
constexpr std::string_view kRootDocument = "/RootDocument";  ///< How an AutomationML container calls its document.

/// The name of the root element without prefix, of XML in UTF-8 or UTF-16; empty where none is found early.
std::string root_name(std::string_view bytes) {
  constexpr std::size_t kHeadBytes = std::size_t{64} << 10;
  std::string head{bytes.substr(0, kHeadBytes)};
  std::erase(head, '\0');
  for (std::size_t at = head.find('<'); at != std::string::npos; at = head.find('<', at + 1)) {
    if (head.compare(at, 4, "<!--") == 0) {
      at = head.find("-->", at);
      if (at == std::string::npos) return {};
      continue;
    }
    if (head[at + 1] == '?' || head[at + 1] == '!') continue;
    const auto end = head.find_first_of(" \t\r\n/>", at + 1);
    auto name = head.substr(at + 1, (end == std::string::npos ? head.size() : end) - at - 1);
    if (const auto colon = name.find(':'); colon != std::string::npos) name.erase(0, colon + 1);
    return name;
  }
  return {};
}

Result<Kind> recognise_xml_root(std::string_view bytes) {
  const auto root = root_name(bytes);
  if (root == "bom") return Kind::cyclonedx;
  if (root == "nmaprun") return Kind::nmap;
  if (root == "GmDataExportType") return Kind::grassmarlin;
  if (root == "CAEXFile") return Kind::automation_ml;
  if (root == "cvrfdoc") return unreadable("This is a CVRF advisory, no inventory");
  return unreadable(fmt::format("This is XML with the root element '{}', which is no inventory that is known",
                                text::shorten(root, 60)));
}

/// Of JSON that is one value.
Result<Kind> recognise_json(const boost::json::value& root, std::string_view name) {
  switch (const auto kind = formats::recognise(root)) {
    case DocumentKind::cyclonedx:
      return Kind::cyclonedx;
    case DocumentKind::spdx:
      return Kind::spdx;
    case DocumentKind::other_json:
      break;
    default:
      return unreadable(fmt::format("This is a {}, no inventory", formats::to_string(kind)));
  }
  if (looks_like_netbox(root)) return Kind::netbox;
  // A log may have one line.
  if (root.is_object() && (json::find(root, "_path") != nullptr || json::find(root, "ts") != nullptr ||
                           text::lower_ascii(name).find(".log") != std::string::npos)) {
    return Kind::zeek;
  }
  return unreadable("This JSON is no inventory that is known");
}

/// Several JSON objects, one a line: Zeek's logs. Told by the first line alone.
bool is_json_lines(std::string_view bytes) {
  bytes = text::trim(without_mark(bytes));
  const auto end = bytes.find('\n');
  if (!bytes.starts_with('{') || end == std::string_view::npos) return false;
  const auto line = text::trim(bytes.substr(0, end));
  return line.ends_with('}') && text::trim(bytes.substr(end)).starts_with('{');
}

/// The document of an AutomationML container (IEC 62714, .amlx: OPC), or nothing.
Result<std::optional<std::string>> automation_ml_in(std::string_view zip) {
  std::optional<std::string> none;
  TRY(const auto relations, read_part(zip, "_rels/.rels", std::size_t{1} << 20));
  if (!relations) return none;
  TRY(const auto tree, cvrf::parse_xml(*relations));
  for (const auto* each : tree.root().children) {
    const auto* type = each->attribute("Type");
    const auto* target = each->attribute("Target");
    if (type == nullptr || target == nullptr || !type->value.ends_with(kRootDocument)) continue;
    std::string_view part = target->value;
    if (part.starts_with('/')) part.remove_prefix(1);
    return read_part(zip, part, kAutomationMlBytesMax);
  }
  return none;
}

bool names_something(const Item& item) {
  return !item.product.empty() || !item.model.empty() || !item.name.empty() || !item.family.empty() ||
         !item.cpe.empty() || !item.purls.empty() || !item.hashes.empty();
}

Result<Contents> from_items(Kind kind, Result<std::vector<Item>> items) {
  if (!items) return items.error();
  if (std::ranges::none_of(*items, names_something)) {
    return Error::invalid(fmt::format("Nothing in this {} says what the things are", to_string(kind)));
  }
  Contents contents;
  contents.kind = kind;
  contents.items = std::move(*items);
  return contents;
}

/// Arguments are evaluated in any order: `about` is looked at when the reader has been there.
Result<Contents> named(Result<Contents> contents, const BomSubject& about) {
  if (contents) {
    contents->about = about.name;
    contents->is_inventory = about.is_inventory;
  }
  return contents;
}

Result<Contents> from_table(Kind kind, Result<Table> table) {
  if (!table) return table.error();
  Contents contents;
  contents.kind = kind;
  contents.table = std::move(*table);
  return contents;
}

Result<Contents> read_json(std::string_view bytes, std::string_view name) {
  if (is_json_lines(bytes)) return from_items(Kind::zeek, read_zeek(bytes, name));
  TRY(const auto parsed, json::parse(without_mark(bytes), kJsonLimits));
  TRY(const auto kind, recognise_json(parsed.root(), name));
  BomSubject about;
  if (kind == Kind::cyclonedx) return named(from_items(kind, read_cyclonedx(parsed.root(), &about)), about);
  if (kind == Kind::spdx) return named(from_items(kind, read_spdx(parsed.root(), &about.name)), about);
  if (kind == Kind::netbox) return from_items(kind, read_netbox(parsed.root()));
  return from_items(kind, read_zeek(bytes, name));
}

Result<Contents> read_any(std::string_view bytes, std::string_view name, std::string_view sheet) {
  // JSON is parsed once, whatever it is.
  if (starts_json(bytes)) return read_json(bytes, name);
  TRY(const auto kind, recognise(bytes, name));
  BomSubject about;
  switch (kind) {
    case Kind::table:
      return from_table(kind, read_csv(bytes));
    case Kind::worksheet:
      return from_table(kind, read_worksheet(bytes, sheet));
    case Kind::cyclonedx:
      return named(from_items(kind, read_cyclonedx_xml(bytes, &about)), about);
    case Kind::spdx:
      return named(from_items(kind, read_spdx_tags(bytes, &about.name)), about);
    case Kind::nmap:
      return from_items(kind, read_nmap(bytes));
    case Kind::zeek:
      return from_items(kind, read_zeek(bytes, name));
    case Kind::grassmarlin:
      return from_items(kind, read_grassmarlin(bytes));
    case Kind::automation_ml: {
      if (!looks_like_zip(bytes)) return from_items(kind, read_automation_ml(bytes));
      TRY(const auto document, automation_ml_in(bytes));
      return from_items(kind, read_automation_ml(*document));
    }
    case Kind::netbox:
      break;
  }
  return unreadable("This is no inventory that is known");
}

std::string_view without_ending(std::string_view name) {
  return text::lower_ascii(name).ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::table:
      return "table";
    case Kind::worksheet:
      return "workbook";
    case Kind::cyclonedx:
      return "CycloneDX BOM";
    case Kind::spdx:
      return "SPDX document";
    case Kind::nmap:
      return "output of Nmap";
    case Kind::zeek:
      return "log of Zeek";
    case Kind::netbox:
      return "device list of NetBox";
    case Kind::grassmarlin:
      return "export of GRASSMARLIN";
    case Kind::automation_ml:
      return "AutomationML document";
  }
  return "";
}

Result<Kind> recognise(std::string_view bytes, std::string_view name) {
  if (looks_like_gzip(bytes)) {
    TRY(const auto unpacked, unpack_gzip(bytes));
    if (looks_like_gzip(unpacked)) return unreadable("This is packed twice");
    return recognise(unpacked, without_ending(name));
  }
  if (bytes.starts_with(kOldOffice)) return Kind::worksheet;  // Its reader says what to do.
  if (looks_like_zip(bytes)) {
    TRY(const auto document, automation_ml_in(bytes));
    return document ? Kind::automation_ml : Kind::worksheet;
  }
  if (cvrf::looks_like_xml(bytes)) return recognise_xml_root(bytes);
  if (starts_json(bytes)) {
    if (is_json_lines(bytes)) return Kind::zeek;
    TRY(const auto parsed, json::parse(without_mark(bytes), kJsonLimits));
    return recognise_json(parsed.root(), name);
  }
  return recognise_text(bytes);
}

Result<Contents> read_contents(std::string_view bytes, std::string_view name, std::string_view sheet) {
  if (text::trim(without_mark(bytes).substr(0, 4096)).empty() && bytes.size() <= 4096)
    return unreadable("The file is empty");
  if (looks_like_gzip(bytes)) {
    TRY(const auto unpacked, unpack_gzip(bytes));
    if (looks_like_gzip(unpacked)) return unreadable("This is packed twice");
    return read_contents(unpacked, without_ending(name), sheet);
  }
  TRY(auto contents, read_any(bytes, name, sheet));
  if (contents.kind != Kind::worksheet && !sheet.empty()) {
    return Error::invalid(
        fmt::format("A worksheet can be named of a workbook only; this is a {}", to_string(contents.kind)));
  }
  return contents;
}

Result<Inventory> read_inventory(std::string_view bytes, std::string_view name, const ReadOptions& options) {
  TRY(auto contents, read_contents(bytes, name, options.sheet));
  if (contents.is_table()) return map_columns(contents.kind, contents.table, options);
  if (!options.columns.empty()) {
    return Error::invalid(fmt::format("Columns can be named of tables only; this is a {}", to_string(contents.kind)));
  }
  Inventory inventory;
  inventory.kind = contents.kind;
  inventory.items = std::move(contents.items);
  return inventory;
}

}  // namespace tocsin::formats::inventory
