#include "formats/threat_list/columns.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "base/text.hpp"
#include "formats/feed/news.hpp"
#include "formats/stix/markings.hpp"
#include "formats/threat_list/list.hpp"

namespace tocsin::formats::threat_list {
namespace {

using threat_text::Kind;

struct ColumnName {
  std::string_view name;  ///< As `word` gives it.
  Column column;
};
constexpr ColumnName kColumnNames[] = {
    {"value", Column::value},
    {"indicator", Column::value},
    {"indicators", Column::value},
    {"ioc", Column::value},
    {"iocs", Column::value},
    {"iocvalue", Column::value},
    {"indicatorvalue", Column::value},
    {"observable", Column::value},
    {"dstip", Column::value},
    {"type", Column::type},
    {"ioctype", Column::type},
    {"indicatortype", Column::type},
    {"valuetype", Column::type},
    {"observabletype", Column::type},
    {"description", Column::description},
    {"comment", Column::description},
    {"comments", Column::description},
    {"note", Column::description},
    {"notes", Column::description},
    {"details", Column::description},
    {"confidence", Column::confidence},
    {"confidencelevel", Column::confidence},
    {"tags", Column::labels},
    {"tag", Column::labels},
    {"labels", Column::labels},
    {"label", Column::labels},
    {"firstseen", Column::first_seen},
    {"firstseenutc", Column::first_seen},
    {"dateadded", Column::first_seen},
    {"validfrom", Column::first_seen},
    {"lastseen", Column::last_seen},
    {"lastseenutc", Column::last_seen},
    {"lastonline", Column::last_seen},
    {"validuntil", Column::valid_until},
    {"validto", Column::valid_until},
    {"expires", Column::valid_until},
    {"expiry", Column::valid_until},
    {"expiration", Column::valid_until},
    {"tlp", Column::tlp},
    {"marking", Column::tlp},
    {"dstport", Column::port},
    {"destinationport", Column::port},
    {"dport", Column::port},
    {"port", Column::port},
};
constexpr std::string_view kAddressNames[] = {"ip", "ipaddr", "ipaddress"};
/// A table with one of these tells what somebody has, and no indicators.
constexpr std::string_view kInventoryNames[] = {"vendor",  "manufacturer", "product",      "model",     "firmware",
                                                "version", "serial",       "serialnumber", "asset",     "assetid",
                                                "device",  "devicename",   "mac",          "macaddress"};

constexpr Kind kAddresses[] = {Kind::ipv4, Kind::ipv6};
constexpr Kind kV4[] = {Kind::ipv4};
constexpr Kind kV6[] = {Kind::ipv6};
constexpr Kind kNames[] = {Kind::domain};
constexpr Kind kHosts[] = {Kind::domain, Kind::ipv4, Kind::ipv6};
constexpr Kind kLetters[] = {Kind::email};
constexpr Kind kMd5[] = {Kind::md5};
constexpr Kind kSha1[] = {Kind::sha1};
constexpr Kind kSha256[] = {Kind::sha256};
constexpr Kind kPaths[] = {Kind::url_path};
constexpr Kind kHashes[] = {Kind::md5, Kind::sha1, Kind::sha256};
struct TypeName {
  std::string_view name;
  std::span<const Kind> kinds;
};
/// What programs call the types of values, without what separates words; a type of a URL is not among them.
constexpr TypeName kTypeNames[] = {
    {"ip", kAddresses},      {"ipaddr", kAddresses},    {"ipaddress", kAddresses},
    {"address", kAddresses}, {"ipport", kAddresses},    {"ipdst", kAddresses},
    {"ipsrc", kAddresses},   {"ipdstport", kAddresses}, {"ipsrcport", kAddresses},
    {"cidr", kAddresses},    {"network", kAddresses},   {"ipv4", kV4},
    {"ipv4addr", kV4},       {"ipv4address", kV4},      {"ipv4cidr", kV4},
    {"ipv6", kV6},           {"ipv6addr", kV6},         {"ipv6address", kV6},
    {"ipv6cidr", kV6},       {"domain", kNames},        {"domainname", kNames},
    {"fqdn", kNames},        {"hostname", kHosts},      {"host", kHosts},
    {"email", kLetters},     {"emailaddr", kLetters},   {"emailaddress", kLetters},
    {"emailsrc", kLetters},  {"emaildst", kLetters},    {"mail", kLetters},
    {"md5", kMd5},           {"md5hash", kMd5},         {"filehashmd5", kMd5},
    {"sha1", kSha1},         {"sha1hash", kSha1},       {"filehashsha1", kSha1},
    {"sha256", kSha256},     {"sha256hash", kSha256},   {"filehashsha256", kSha256},
    {"hash", kHashes},       {"filehash", kHashes},     {"file", kHashes},
    {"urlpath", kPaths},     {"uripath", kPaths},       {"httppath", kPaths},
};
constexpr std::string_view kUrlTypes[] = {"url", "uri", "link"};

/// Letters and digits in lower case, and nothing else: "First Seen (UTC)" as "firstseenutc".
std::string word(std::string_view text) {
  std::string out;
  for (const char c : text::lower_ascii(text.substr(0, 64))) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

std::optional<Column> column_of(std::string_view name) {
  const auto* found = std::ranges::find(kColumnNames, name, &ColumnName::name);
  return found == std::end(kColumnNames) ? std::nullopt : std::optional{found->column};
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace

std::optional<std::vector<std::string>> read_row(std::string_view bytes, std::size_t& begin, char separator,
                                                 std::size_t& lines) {
  const auto first_end = std::min(bytes.find('\n', begin), bytes.size());
  const auto give_up = [&]() -> std::optional<std::vector<std::string>> {
    begin = std::min(first_end + 1, bytes.size());
    lines = 1;
    return std::nullopt;
  };
  std::vector<std::string> cells(1);
  bool quoted = false, was_quoted = false;
  lines = 1;
  auto at = begin;
  for (; at < bytes.size(); ++at) {
    if (at - begin > kListLineMax) return give_up();
    const char c = bytes[at];
    if (quoted) {
      if (c == '\n') ++lines;
      if (c != '"') {
        cells.back() += c;
      } else if (at + 1 < bytes.size() && bytes[at + 1] == '"') {
        cells.back() += c;
        ++at;
      } else {
        quoted = false;
      }
    } else if (c == '\n') {
      break;
    } else if (c == separator) {
      if (cells.size() == kListColumnsMax) return give_up();
      cells.emplace_back();
      was_quoted = false;
    } else if (c == '"' && !was_quoted && text::trim(cells.back()).empty()) {
      // ", "x"" too, which is how some write it.
      cells.back().clear();
      quoted = was_quoted = true;
    } else {
      cells.back() += c;
    }
  }
  if (quoted) return give_up();
  begin = std::min(at + 1, bytes.size());
  for (auto& each : cells) {
    const auto trimmed = text::trim(each);
    if (trimmed.size() != each.size()) each = std::string{trimmed};
  }
  return cells;
}

std::optional<Header> read_header(std::string_view line) {
  std::optional<Header> best;
  std::size_t most = 0;
  for (const char separator : {',', ';', '\t', '|'}) {
    std::size_t begin = 0, lines = 0;
    const auto cells = read_row(line, begin, separator, lines);
    if (!cells) continue;
    Header header{.separator = separator};
    header.at.fill(std::string_view::npos);
    std::size_t known = 0, address = std::string_view::npos;
    bool is_inventory = false;
    for (std::size_t i = 0; i < cells->size(); ++i) {
      const auto name = word((*cells)[i]);
      is_inventory = is_inventory || std::ranges::find(kInventoryNames, name) != std::end(kInventoryNames);
      if (address == std::string_view::npos && std::ranges::find(kAddressNames, name) != std::end(kAddressNames)) {
        address = i;
      }
      const auto column = column_of(name);
      // The first of two that mean the same.
      if (!column || header.has(*column)) continue;
      header.at[static_cast<std::size_t>(*column)] = i;
      ++known;
    }
    if (!header.has(Column::value) && header.has(Column::port) && address != std::string_view::npos && !is_inventory) {
      header.at[static_cast<std::size_t>(Column::value)] = address;
      ++known;
    }
    if (header.has(Column::value) && known > most) {
      most = known;
      best = header;
    }
  }
  return best;
}

Type read_type(std::string_view cell) {
  const auto name = word(cell);
  if (name.empty()) return {};
  if (std::ranges::find(kUrlTypes, name) != std::end(kUrlTypes)) return {.match = TypeMatch::url};
  const auto* found = std::ranges::find(kTypeNames, name, &TypeName::name);
  if (found == std::end(kTypeNames)) return {.match = TypeMatch::unknown};
  return {.match = TypeMatch::kinds, .kinds = {found->kinds.begin(), found->kinds.end()}};
}

std::optional<int> read_confidence(std::string_view cell) {
  // Appendix A of STIX 2.1, "None / Low / Med / High".
  constexpr std::pair<std::string_view, int> kWords[] = {
      {"none", 0}, {"low", 15}, {"med", 50}, {"medium", 50}, {"high", 85}};
  const auto lower = text::lower_ascii(text::trim(cell));
  for (const auto& [name, value] : kWords) {
    if (lower == name) return value;
  }
  std::string_view digits = lower;
  if (digits.ends_with('%')) digits = text::trim(digits.substr(0, digits.size() - 1));
  const auto number = number_of<int>(digits);
  return number && *number >= 0 && *number <= 100 ? number : std::nullopt;
}

std::optional<std::uint16_t> read_port(std::string_view cell) {
  const auto number = number_of<std::uint16_t>(text::trim(cell));
  return number && *number > 0 ? number : std::nullopt;
}

std::optional<Timestamp> read_time(std::string_view cell) {
  const auto text = text::trim(cell);
  if (text.size() > 64) return std::nullopt;
  constexpr std::size_t kDigitsOfSeconds = 10;
  if (text.size() == kDigitsOfSeconds) {
    if (const auto seconds = number_of<std::int64_t>(text)) return Timestamp{*seconds * 1'000'000};
  }
  constexpr std::size_t kDate = 10, kToMinutes = 16;
  if (text.size() >= kToMinutes && text[4] == '-' && (text[kDate] == ' ' || text[kDate] == 'T')) {
    std::string normal{text};
    normal[kDate] = 'T';
    for (const std::string_view utc : {" UTC", "UTC", " Z"}) {
      if (normal.ends_with(utc)) {
        normal.resize(normal.size() - utc.size());
        break;
      }
    }
    if (normal.size() == kToMinutes) normal += ":00";
    if (const auto time = parse_rfc3339(normal)) return *time;
    if (const auto time = parse_rfc3339(normal + "Z")) return *time;
    return std::nullopt;
  }
  return feed::parse_news_date(text);
}

std::string read_tlp(std::string_view cell) {
  auto label = text::lower_ascii(text::trim(cell));
  if (label.starts_with("tlp:")) label.erase(0, 4);
  if (label == "white") label = "clear";
  if (label == "amber-strict" || label == "amber_strict" || label == "amber strict") label = "amber+strict";
  const bool known =
      std::ranges::any_of(stix::tlp_markings(), [&](const auto& each) { return each.is_tlp_2 && each.level == label; });
  return known ? label : std::string{};
}

std::vector<std::string> read_labels(std::string_view cell) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= cell.size();) {
    const auto end = std::min(cell.find_first_of(",;|", at), cell.size());
    auto label = clean(cell.substr(at, end - at), kListLabelMax);
    at = end + 1;
    if (label.empty() || out.size() == kListLabelsMax || std::ranges::find(out, label) != out.end()) continue;
    out.push_back(std::move(label));
  }
  return out;
}

std::string clean(std::string_view given, std::size_t bytes_max) {
  std::string out;
  out.reserve(std::min(given.size(), bytes_max));
  for (std::size_t at = 0; at < given.size();) {
    const auto length = text::utf8_length_at(given, at);
    if (length == 0) {
      text::append_utf8(out, 0xFFFD);
      ++at;
    } else {
      if (length == 1 && is_control(given[at])) {
        out += ' ';
      } else {
        out += given.substr(at, length);
      }
      at += length;
    }
  }
  return text::shorten(text::squeeze(out), bytes_max);
}

}  // namespace tocsin::formats::threat_list
