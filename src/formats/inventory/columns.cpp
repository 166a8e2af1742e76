#include "formats/inventory/columns.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace tocsin::formats::inventory {
namespace {

struct FieldName {
  Field field;
  std::string_view name;
};
constexpr FieldName kFields[] = {
    {Field::key, "key"},
    {Field::name, "name"},
    {Field::vendor, "vendor"},
    {Field::family, "family"},
    {Field::product, "product"},
    {Field::model, "model"},
    {Field::hardware, "hardware"},
    {Field::version, "version"},
    {Field::firmware, "firmware"},
    {Field::software, "software"},
    {Field::serial, "serial"},
    {Field::cpe, "cpe"},
    {Field::purl, "purl"},
    {Field::address, "address"},
    {Field::site, "site"},
    {Field::zone, "zone"},
    {Field::conduit, "conduit"},
    {Field::purdue_level, "purdue_level"},
    {Field::criticality, "criticality"},
    {Field::exposure, "exposure"},
    {Field::safety, "safety"},
    {Field::environment, "environment"},
    {Field::production, "production"},
    {Field::owner, "owner"},
    {Field::next_outage, "next_outage"},
    {Field::tags, "tags"},
    {Field::hash, "hash"},
};

/// Names of columns, folded, letters and digits only; the earlier of a field's names fits better.
struct Spelling {
  std::string_view text;
  Field field;
};
constexpr Spelling kSpellings[] = {
    {"key", Field::key},
    {"assetid", Field::key},
    {"assettag", Field::key},
    {"assetnumber", Field::key},
    {"assetno", Field::key},
    {"inventorynumber", Field::key},
    {"inventarnummer", Field::key},
    {"equipmentid", Field::key},
    {"equipmentnumber", Field::key},
    {"deviceid", Field::key},
    {"uuid", Field::key},
    {"anlagenkennzeichen", Field::key},
    {"kks", Field::key},
    {"id", Field::key},
    {"tag", Field::key},
    {"assetname", Field::name},
    {"devicename", Field::name},
    {"hostname", Field::name},
    {"systemname", Field::name},
    {"gerat", Field::name},
    {"geratename", Field::name},
    {"nombre", Field::name},
    {"nom", Field::name},
    {"bezeichnung", Field::name},
    {"name", Field::name},
    {"asset", Field::name},
    {"device", Field::name},
    {"equipment", Field::name},
    {"description", Field::name},
    {"beschreibung", Field::name},
    {"vendor", Field::vendor},
    {"manufacturer", Field::vendor},
    {"vendorname", Field::vendor},
    {"manufacturername", Field::vendor},
    {"make", Field::vendor},
    {"mfr", Field::vendor},
    {"mfg", Field::vendor},
    {"oem", Field::vendor},
    {"brand", Field::vendor},
    {"hersteller", Field::vendor},
    {"fabricante", Field::vendor},
    {"fabricant", Field::vendor},
    {"supplier", Field::vendor},
    {"lieferant", Field::vendor},
    {"productfamily", Field::family},
    {"family", Field::family},
    {"series", Field::family},
    {"productline", Field::family},
    {"produktfamilie", Field::family},
    {"baureihe", Field::family},
    {"serie", Field::family},
    {"product", Field::product},
    {"productname", Field::product},
    {"producttype", Field::product},
    {"produkt", Field::product},
    {"producto", Field::product},
    {"produit", Field::product},
    {"devicetype", Field::product},
    {"type", Field::product},
    {"typ", Field::product},
    {"geratetyp", Field::product},
    {"moduletype", Field::product},
    {"ordernumber", Field::model},
    {"orderno", Field::model},
    {"ordernr", Field::model},
    {"ordercode", Field::model},
    {"articlenumber", Field::model},
    {"articleno", Field::model},
    {"artikelnummer", Field::model},
    {"artikelnr", Field::model},
    {"order", Field::model},
    {"bestellnummer", Field::model},
    {"bestellnr", Field::model},
    {"mlfb", Field::model},
    {"catalognumber", Field::model},
    {"cataloguenumber", Field::model},
    {"catalogno", Field::model},
    {"catno", Field::model},
    {"partnumber", Field::model},
    {"partno", Field::model},
    {"pn", Field::model},
    {"modelnumber", Field::model},
    {"modelno", Field::model},
    {"modelname", Field::model},
    {"numerodereferencia", Field::model},
    {"referencia", Field::model},
    {"reference", Field::model},
    {"sku", Field::model},
    {"modeltype", Field::model},
    {"model", Field::model},
    {"modell", Field::model},
    {"modelo", Field::model},
    {"modele", Field::model},
    {"hardwarerevision", Field::hardware},
    {"hardwareversion", Field::hardware},
    {"hwrevision", Field::hardware},
    {"hwversion", Field::hardware},
    {"hwrev", Field::hardware},
    {"hw", Field::hardware},
    {"hardware", Field::hardware},
    {"hardwarestand", Field::hardware},
    {"firmware", Field::firmware},
    {"firmwareversion", Field::firmware},
    {"firmwarerevision", Field::firmware},
    {"firmwarestand", Field::firmware},
    {"fwstand", Field::firmware},
    {"fwversion", Field::firmware},
    {"fwrevision", Field::firmware},
    {"fwrev", Field::firmware},
    {"fw", Field::firmware},
    {"versiondefirmware", Field::firmware},
    {"softwareversion", Field::software},
    {"swversion", Field::software},
    {"sw", Field::software},
    {"softwarestand", Field::software},
    {"osversion", Field::software},
    {"versiondesoftware", Field::software},
    {"version", Field::version},
    {"productversion", Field::version},
    {"versionnumber", Field::version},
    {"revision", Field::version},
    {"release", Field::version},
    {"rev", Field::version},
    {"ver", Field::version},
    {"serialnumber", Field::serial},
    {"serialno", Field::serial},
    {"serialnr", Field::serial},
    {"seriennummer", Field::serial},
    {"numerodeserie", Field::serial},
    {"numeroserie", Field::serial},
    {"serial", Field::serial},
    {"sn", Field::serial},
    {"cpe", Field::cpe},
    {"cpe23", Field::cpe},
    {"cpename", Field::cpe},
    {"purl", Field::purl},
    {"packageurl", Field::purl},
    {"ipaddress", Field::address},
    {"ip", Field::address},
    {"ipadresse", Field::address},
    {"direccionip", Field::address},
    {"macaddress", Field::address},
    {"mac", Field::address},
    {"address", Field::address},
    {"site", Field::site},
    {"plant", Field::site},
    {"location", Field::site},
    {"facility", Field::site},
    {"standort", Field::site},
    {"werk", Field::site},
    {"planta", Field::site},
    {"ubicacion", Field::site},
    {"zone", Field::zone},
    {"securityzone", Field::zone},
    {"networkzone", Field::zone},
    {"zona", Field::zone},
    {"conduit", Field::conduit},
    {"purduelevel", Field::purdue_level},
    {"purdue", Field::purdue_level},
    {"level", Field::purdue_level},
    {"ebene", Field::purdue_level},
    {"criticality", Field::criticality},
    {"critical", Field::criticality},
    {"importance", Field::criticality},
    {"kritikalitat", Field::criticality},
    {"criticidad", Field::criticality},
    {"exposure", Field::exposure},
    {"networkexposure", Field::exposure},
    {"exposition", Field::exposure},
    {"safety", Field::safety},
    {"safetyimpact", Field::safety},
    {"safetyconsequence", Field::safety},
    {"environment", Field::environment},
    {"environmentalimpact", Field::environment},
    {"environmentalconsequence", Field::environment},
    {"production", Field::production},
    {"productionimpact", Field::production},
    {"productionconsequence", Field::production},
    {"owner", Field::owner},
    {"responsible", Field::owner},
    {"verantwortlich", Field::owner},
    {"responsable", Field::owner},
    {"nextoutage", Field::next_outage},
    {"outage", Field::next_outage},
    {"nextshutdown", Field::next_outage},
    {"maintenancewindow", Field::next_outage},
    {"nextmaintenance", Field::next_outage},
    {"nachsterstillstand", Field::next_outage},
    {"tags", Field::tags},
    {"labels", Field::tags},
    {"group", Field::tags},
    {"hash", Field::hash},
    {"hashes", Field::hash},
};

bool may_repeat(Field field) noexcept {
  return field == Field::version || field == Field::firmware || field == Field::software || field == Field::address ||
         field == Field::tags || field == Field::purl || field == Field::hash;
}

std::string plain(std::string_view header) {
  std::string out;
  for (const char c : text::fold(header)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : std::string{text} + ";") {
    if (c != ';' && c != ',' && c != '|') {
      word += c;
      continue;
    }
    if (const auto trimmed = text::trim(word); !trimmed.empty()) out.emplace_back(trimmed);
    word.clear();
  }
  return out;
}

bool starts(std::string_view header, std::string_view prefix) {
  return text::equals_ignore_case_ascii(header.substr(0, prefix.size()), prefix);
}
std::string_view after(std::string_view header, std::string_view prefix) {
  return starts(header, prefix) ? header.substr(prefix.size()) : header;
}

void put(Item& item, Field field, const std::string& header, const std::string& value) {
  const auto set = [&](std::string& into) {
    if (into.empty()) into = value;
  };
  switch (field) {
    case Field::none:
      item.others.emplace_back(after(header, kFreeColumn), value);
      break;
    case Field::key:
      set(item.key);
      break;
    case Field::name:
      set(item.name);
      break;
    case Field::vendor:
      set(item.vendor);
      break;
    case Field::family:
      set(item.family);
      break;
    case Field::product:
      set(item.product);
      break;
    case Field::model:
      set(item.model);
      break;
    case Field::hardware:
      set(item.hardware);
      break;
    case Field::version:
      item.versions.push_back(
          {std::string{header.size() > kVersionOf.size() && starts(header, kVersionOf) ? after(header, kVersionOf)
                                                                                       : std::string_view{}},
           value});
      break;
    case Field::firmware:
      item.versions.push_back({"firmware", value});
      break;
    case Field::software:
      item.versions.push_back({"software", value});
      break;
    case Field::serial:
      set(item.serial);
      break;
    case Field::cpe:
      set(item.cpe);
      break;
    case Field::purl:
      for (auto& each : list_of(value)) item.purls.push_back(std::move(each));
      break;
    case Field::address:
      for (auto& each : list_of(value)) item.addresses.push_back(std::move(each));
      break;
    case Field::site:
      set(item.site);
      break;
    case Field::zone:
      set(item.zone);
      break;
    case Field::conduit:
      set(item.conduit);
      break;
    case Field::purdue_level:
      set(item.purdue_level);
      break;
    case Field::criticality:
      set(item.criticality);
      break;
    case Field::exposure:
      set(item.exposure);
      break;
    case Field::safety:
      set(item.safety);
      break;
    case Field::environment:
      set(item.environment);
      break;
    case Field::production:
      set(item.production);
      break;
    case Field::owner:
      set(item.owner);
      break;
    case Field::next_outage:
      set(item.next_outage);
      break;
    case Field::tags:
      for (auto& each : list_of(value)) item.tags.push_back(std::move(each));
      break;
    case Field::hash:
      for (const auto& each : list_of(value)) {
        if (const auto colon = each.find(':'); colon != std::string::npos) {
          item.hashes.emplace_back(text::trim(each.substr(0, colon)), text::trim(each.substr(colon + 1)));
        }
      }
      break;
  }
}

}  // namespace

bool says_nothing(std::string_view value) {
  static constexpr std::array kWords = std::to_array<std::string_view>(
      {"", "-", "--", "n/a", "na", "none", "unknown", "unbekannt", "?", "tbd", "null", "#n/a"});
  const auto folded = text::fold(value);
  return std::ranges::find(kWords, std::string_view{folded}) != kWords.end();
}

std::string_view to_string(Field field) noexcept {
  const auto* found = std::ranges::find(kFields, field, &FieldName::field);
  return found == std::end(kFields) ? std::string_view{"none"} : found->name;
}

std::optional<Field> parse_field(std::string_view text) noexcept {
  if (text == "none") return Field::none;
  const auto* found = std::ranges::find(kFields, text, &FieldName::name);
  if (found == std::end(kFields)) return std::nullopt;
  return found->field;
}

std::span<const Field> all_fields() noexcept {
  static const auto fields = [] {
    std::array<Field, std::size(kFields)> all{};
    std::ranges::transform(kFields, all.begin(), &FieldName::field);
    return all;
  }();
  return fields;
}

std::vector<Field> recognise_columns(const std::vector<std::string>& headers) {
  struct Guess {
    std::size_t rank, column;
    Field field;
  };
  std::vector<Guess> guesses;
  for (std::size_t column = 0; column < headers.size(); ++column) {
    if (starts(headers[column], kFreeColumn)) continue;
    const auto name = starts(headers[column], kVersionOf) ? std::string{"version"} : plain(headers[column]);
    const auto* found = std::ranges::find(kSpellings, std::string_view{name}, &Spelling::text);
    if (found != std::end(kSpellings)) {
      guesses.push_back({static_cast<std::size_t>(found - std::begin(kSpellings)), column, found->field});
    }
  }
  std::ranges::sort(guesses, {}, &Guess::rank);
  std::vector<Field> columns(headers.size(), Field::none);
  for (const auto& guess : guesses) {
    if (may_repeat(guess.field) || std::ranges::find(columns, guess.field) == columns.end()) {
      columns[guess.column] = guess.field;
    }
  }
  // Of two names of one field the second is worth reading, too: "Type" beside "Product", "Description" beside "Name",
  // "Model" beside "Order number".
  const auto is_free = [&columns](Field field) { return std::ranges::find(columns, field) == columns.end(); };
  for (const auto& guess : guesses) {
    if (columns[guess.column] != Field::none) continue;
    const bool is_name = guess.field == Field::name, is_model = guess.field == Field::model;
    if ((is_name || is_model) && is_free(Field::product)) {
      columns[guess.column] = Field::product;
    } else if ((guess.field == Field::product || is_model) && is_free(Field::family)) {
      columns[guess.column] = Field::family;
    }
  }
  return columns;
}

bool name_things(std::span<const Field> columns) noexcept {
  return std::ranges::any_of(columns, [](Field field) {
    using enum Field;
    return field == product || field == model || field == name || field == family || field == cpe || field == purl;
  });
}

std::vector<Item> items_of(const Table& table, const std::vector<Field>& columns) {
  std::vector<Item> items;
  items.reserve(table.rows.size());
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    auto& item = items.emplace_back();
    item.row = row + 1;
    for (std::size_t column = 0; column < table.headers.size(); ++column) {
      const auto& value = table.rows[row][column];
      if (says_nothing(value)) continue;
      put(item, column < columns.size() ? columns[column] : Field::none, table.headers[column], value);
    }
  }
  return items;
}

void take_named(Item& item, const std::vector<std::pair<std::string, std::string>>& values) {
  std::vector<std::string> names;
  names.reserve(values.size());
  for (const auto& [name, value] : values) names.push_back(name);
  const auto fields = recognise_columns(names);
  for (std::size_t at = 0; at < values.size(); ++at) {
    const auto& [name, value] = values[at];
    if (says_nothing(value)) continue;
    put(item, fields[at], name, std::string{text::trim(value)});
  }
}

}  // namespace tocsin::formats::inventory
