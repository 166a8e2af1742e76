#include "engine/exposure/targets.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/vendor_group.hpp"
#include "formats/order_number.hpp"
#include "formats/purl/purl.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
namespace vers = formats::vers;

constexpr std::uint32_t bucket(char first, std::size_t length) noexcept {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(first)) << 16U | static_cast<std::uint32_t>(length);
}
constexpr std::size_t kMistypedBytesMin = 5;
constexpr std::size_t kSwappedBytesMin = 4;
constexpr std::size_t kRareBytesMin = 8;
constexpr double kAsidesMax = 0.12;
/// Rare words say more than their share of bits: two common words are not a rare one.
constexpr double kRareness = 1.4;

bool has_wildcard(std::string_view number) noexcept { return number.find_first_of("*?") != std::string_view::npos; }

/// "V1.2" of "Update to V1.2 or later version": what a remedy says to be fixed; empty where it says so otherwise.
std::string first_fixed_in(std::string_view details) {
  constexpr std::size_t kLooked = 300;
  const auto folded = text::lower_ascii(details.substr(0, kLooked));
  for (const std::string_view begin : {"update to ", "upgrade to "}) {
    auto at = folded.find(begin);
    if (at == folded.npos) continue;
    at += begin.size();
    for (const std::string_view word : {"firmware ", "software ", "version ", "release "}) {
      if (folded.compare(at, word.size(), word) == 0) at += word.size();
    }
    auto end = folded.npos;
    for (const std::string_view later : {" or later", " or newer", " or higher", " and later", " and newer"}) {
      end = std::min(end, folded.find(later, at));
    }
    constexpr std::size_t kVersionBytesMax = 24;
    if (end == folded.npos || end - at > kVersionBytesMax) continue;
    auto version = details.substr(at, end - at);
    const auto number = version.substr(text::lower_ascii(version.substr(0, 1)) == "v" ? 1 : 0);
    if (number.empty() || number.front() < '0' || number.front() > '9' || !vers::read_vendor_version(version)) continue;
    return std::string{version};
  }
  return {};
}

/// Order numbers with wildcards that stand in a name: "BMXP34*" of "Modicon M340 CPU (part numbers BMXP34*)".
std::vector<std::string> patterns_in(std::string_view name) {
  constexpr std::size_t kFixedMin = 5;
  std::vector<std::string> found;
  for (std::size_t at = 0; at < name.size();) {
    const auto end = std::min(name.find_first_of(" ,;()", at), name.size());
    const auto token = name.substr(at, end - at);
    at = end + 1;
    if (token.find('*') == std::string_view::npos) continue;
    auto compact = compact_order_number(token);
    const auto fixed = std::string_view{compact}.substr(0, compact.find_first_of("*?"));
    if (fixed.size() < kFixedMin || !has_digits(fixed) ||
        std::ranges::all_of(fixed, [](char c) { return c >= '0' && c <= '9'; })) {
      continue;
    }
    found.push_back(std::move(compact));
  }
  return found;
}

std::string name_text(const csaf::Product& product) {
  auto text = domain::product_display_name(product.product.empty() ? product.name : product.product);
  const auto family = domain::product_display_name(product.family);
  if (!family.empty() && text.find(family) == std::string::npos) text = family + " " + text;
  return text;
}

/// What stands behind the colon of a leaf's own name: "serial number 21081 and prior".
std::string_view behind_colon(std::string_view name) {
  const auto at = name.rfind(": ");
  return at == std::string_view::npos ? std::string_view{} : text::trim(name.substr(at + 2));
}

/// "V13" of "V13: All versions prior to V13 SP2": the line of releases that a leaf is about; else nothing.
std::string_view line_of(std::string_view name) {
  const auto colon = name.find(':');
  const auto line = name.substr(0, colon);
  const bool is_line = colon != std::string_view::npos && line.size() >= 2 && line.size() <= 8 && line.front() == 'V' &&
                       std::ranges::all_of(line.substr(1), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return is_line ? line : std::string_view{};
}

/// What is open below begins at a line of releases.
void begin_at(vers::VendorReading& reading, std::string_view line) {
  if (line.empty() || reading.kind != vers::VendorReading::Kind::range || reading.intervals.size() != 1) return;
  auto& interval = reading.intervals.front();
  if (interval.low || !interval.high) return;
  auto read = vers::read_vendor_version(line);
  if (!read || vers::compare(*read, interval.high->version) != vers::VendorOrder::less) return;
  interval.low = vers::VendorBound{.version = std::move(*read), .inclusive = true};
}

vers::VendorReading reading_of(const csaf::Product& product) {
  using Kind = vers::VendorReading::Kind;
  if (product.version.empty()) {
    vers::VendorReading all;
    all.kind = Kind::all;
    return all;
  }
  const auto branch =
      product.version_is_range ? vers::BranchKind::product_version_range : vers::BranchKind::product_version;
  auto reading = vers::read_vendor_text(branch, product.product, product.version);
  // "<= 21081" where the name says that the number is a serial's: as many of its digits count as are told.
  if (reading.kind == Kind::range && text::contains_ignore_case_ascii(behind_colon(product.name), "serial n")) {
    const std::string_view version = product.version;
    const auto digits = std::min(version.find_first_of("0123456789"), version.size());
    const auto value = text::trim(version.substr(digits));
    const auto sign = text::trim(version.substr(0, digits));
    const bool is_number = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (is_number && (sign == "<=" || sign == "<" || sign == ">=" || sign == ">")) {
      reading.kind = Kind::serial_number;
      reading.intervals.clear();
      reading.serial = vers::VendorSerial{.digits = value.size(),
                                          .below = sign.front() == '<',
                                          .inclusive = sign.size() == 2,
                                          .value = std::string{value}};
    }
  }
  begin_at(reading, line_of(product.name));
  return reading;
}

/// What stands before "for": "SICAM WEB firmware".
std::string_view before_for(std::string_view name) {
  const auto at = name.find(" for ");
  return at == std::string_view::npos ? std::string_view{} : name.substr(0, at);
}

/// May a name without its brand stand alone?
bool says_something(std::string_view name) {
  const NamePieces pieces{{name}};
  return std::ranges::any_of(pieces.words(), [](const std::string& word) {
    return word.size() >= 3 && !is_kind_word(word) && !is_part_word(word) &&
           !std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
  });
}

/// "CCS" of "Control Center Server (CCS)", "SCALANCE X408" of "SCALANCE X-300 switch family (incl. X408 and SIPLUS NET
/// variants)".
std::vector<std::string> names_in_brackets(std::string_view name) {
  std::vector<std::string> found;
  const auto open = name.find('(');
  const auto close = open == std::string_view::npos ? open : name.find(')', open);
  if (close == std::string_view::npos || open < 4) return found;
  const auto front = text::trim(name.substr(0, open));
  const auto inside = name.substr(open + 1, close - open - 1);
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (inside.size() >= 3 && inside.size() <= 6 && std::ranges::all_of(inside, is_upper)) {
    const NamePieces pieces{{front}};
    if (std::ranges::find(pieces.initials(), text::lower_ascii(inside)) != pieces.initials().end())
      found.emplace_back(inside);
  }
  if (!text::lower_ascii(inside.substr(0, 4)).starts_with("incl")) return found;
  const auto words = text::split(front, ' ');
  std::string before;
  for (const auto word : words) {
    if (has_digits(word)) break;
    before.append(word).append(" ");
  }
  if (before.empty() || before.size() > front.size()) return found;
  for (const auto word : text::split(inside, ' ')) {
    auto tidy = word;
    while (tidy.ends_with(',') || tidy.ends_with('.')) tidy.remove_suffix(1);
    if (tidy.size() >= 3 && is_upper(tidy.front()) && has_digits(tidy) && tidy.front() != 'V')
      found.push_back(before + std::string{tidy});
  }
  return found;
}

/// The first two words of a name as one: "levistudio". Empty where they are not plain words.
std::string joined_front(const Name& name) {
  auto front = front_as_one(name);
  const auto is_part = [&](std::size_t at) { return is_part_word(name.words.terms[at].spellings.front()); };
  return front.empty() || is_part(0) || is_part(1) ? std::string{} : front;
}

/// "4" of "XHQ 4", of which all before 4.7.1.3 are affected: the number is that of the line of releases.
std::string_view line_in_name(std::string_view name, std::string_view version_text) {
  const auto blank = name.rfind(' ');
  if (blank == std::string_view::npos || blank < 3) return {};
  const auto line = name.substr(blank + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.empty() || line.size() > 2 || !std::ranges::all_of(line, is_digit)) return {};
  for (auto at = version_text.find(line); at != std::string_view::npos; at = version_text.find(line, at + 1)) {
    const bool begins = at == 0 || !(is_digit(version_text[at - 1]) || version_text[at - 1] == '.');
    if (begins && at + line.size() < version_text.size() && version_text[at + line.size()] == '.') return line;
  }
  return {};
}

std::string label_of(const csaf::Vulnerability& vulnerability) {
  if (!vulnerability.cve.empty()) return vulnerability.cve;
  if (!vulnerability.ids.empty()) return vulnerability.ids.front().second;
  return vulnerability.title;
}

}  // namespace

bool name_tells_versions(std::string_view name) {
  return !line_of(name).empty() || text::contains_ignore_case_ascii(behind_colon(name), "serial n");
}

std::string model_word(std::string_view model) {
  for (const std::string_view end : {" series", " Series", " and", ","}) {
    if (model.ends_with(end)) model.remove_suffix(end.size());
  }
  return std::string{text::trim(model)};
}

std::string package_of(std::string_view text, std::string* version) {
  auto purl = formats::purl::parse(text);
  if (!purl) return {};
  if (version != nullptr) *version = purl->version;
  purl->version.clear();
  purl->qualifiers.clear();
  purl->subpath.clear();
  return formats::purl::to_text(*purl);
}

std::string product_of(const formats::cpe::Name& name) {
  const auto& vendor = name[formats::cpe::Part::vendor];
  const auto& product = name[formats::cpe::Part::product];
  if (vendor.text.empty() || product.text.empty()) return {};
  return vendor.text + ":" + product.text;
}

std::uint32_t Targets::intern_vendor(const std::string& vendor) {
  const auto [at, is_new] = vendor_of.try_emplace(vendor, static_cast<std::uint32_t>(vendors.size()));
  if (!is_new) return at->second;
  const auto id = at->second;
  auto& entry = vendors.emplace_back();
  entry.keys = vendor_group(vendor);
  const auto add = [id](Postings& postings, const std::string& key) {
    auto& list = postings[key];
    if (list.empty() || list.back() != id) list.push_back(id);
  };
  for (const auto& key : entry.keys) {
    add(vendors_by_key, key);
    add(vendors_by_key, vendor_spelling(key));
    for (const auto& prefix : vendor_prefixes(key)) add(vendors_by_prefix, prefix);
  }
  return id;
}

std::vector<std::uint32_t> Targets::vendors_like(std::string_view vendor) const {
  std::vector<std::uint32_t> like;
  const auto take = [&](const Postings& postings, const std::string& key) {
    const auto found = postings.find(key);
    if (found != postings.end()) like.insert(like.end(), found->second.begin(), found->second.end());
  };
  bool known = false;
  const auto is_known = [&](const std::string& key) {
    for (const auto* each = every(); each != nullptr; each = each->others) {
      if (each->vendors_by_prefix.contains(key)) return true;
    }
    return false;
  };
  const auto keys = vendor_group(vendor);
  for (const auto& key : keys) {
    take(vendors_by_prefix, key);
    for (const auto& prefix : vendor_prefixes(key)) {
      take(vendors_by_key, prefix);
      take(vendors_by_key, vendor_spelling(prefix));
      known = known || is_known(prefix);
    }
  }
  // Nobody is called so: perhaps it is mistyped.
  if (!known && !keys.empty() && keys.front().size() >= kMistypedBytesMin) {
    for (const auto& [key, list] : vendors_by_key) {
      if (is_near(key, keys.front())) like.insert(like.end(), list.begin(), list.end());
    }
  }
  std::ranges::sort(like);
  like.erase(std::unique(like.begin(), like.end()), like.end());
  return like;
}

std::uint32_t Targets::intern_name(const std::string& vendor, std::string text) {
  auto key = vendor + "\n" + text;
  const auto [at, is_new] = name_of.try_emplace(std::move(key), static_cast<std::uint32_t>(names.size()));
  if (!is_new) return at->second;
  auto& name = names.emplace_back();
  name.vendor = domain::vendor_display_name(vendor);
  name.vendor_id = intern_vendor(vendor);
  const NamePieces of_vendor{{name.vendor}};
  for (const auto& word : of_vendor.words()) {
    if (!is_generic_word(word)) name.vendor_words.push_back(word);
  }
  name.words = read_product_name(vendor, text);
  name.pieces = NamePieces{{text}};
  name.pieces.forget_all();
  std::vector<std::string_view> essential;
  for (const auto& term : name.words.terms) {
    if (term.kind != NameTerm::Kind::version && term.kind != NameTerm::Kind::generic)
      essential.push_back(term.spellings.front());
  }
  std::ranges::sort(essential);
  for (const auto each : essential) name.essential.append(each).append(" ");
  name.text = std::move(text);
  return at->second;
}

namespace {

ModelText model_text(std::string_view model) {
  ModelText text;
  text.compact = compact_order_number(model);
  auto end = text.compact.size();
  while (end > 0 && text.compact[end - 1] == 'X') --end;
  if (text.compact.size() - end >= 2 && end >= 4) text.compact.resize(end);
  const NamePieces pieces{{model}};
  for (const auto& word : pieces.words())
    text.words.push_back({.hash = KeyedHash{}(word), .is_code = has_digits(word)});
  return text;
}

}  // namespace

std::size_t Targets::add(const csaf::Advisory& advisory) {
  const auto number = static_cast<std::uint32_t>(documents.size());
  auto& document = documents.emplace_back();
  document.id = advisory.header.tracking_id;
  const auto first = static_cast<std::uint32_t>(products.size());
  HashMap<std::string, std::uint32_t> by_id;
  HashMap<std::string, int> fronts;
  std::set<std::string> counted;
  for (const auto& each : advisory.products) {
    auto text = name_text(each);
    const std::string front{before_for(text)};
    if (!front.empty() && counted.insert(std::move(text)).second) ++fronts[front];
  }
  for (const auto& each : advisory.products) {
    const auto at = static_cast<std::uint32_t>(products.size());
    by_id.emplace(each.id, at);
    auto& product = products.emplace_back();
    product.advisory = number;
    product.id = each.id;
    product.version_text = domain::version_display_text(each.version);
    product.reading = reading_of(each);
    const auto text = name_text(each);
    product.name = intern_name(each.vendor, text);
    names[product.name].products.push_back(at);
    const auto also_named = [&](const std::string& other) {
      const auto alias = intern_name(each.vendor, other);
      auto& list = names[alias].products;
      if (alias != product.name && (list.empty() || list.back() != at)) list.push_back(at);
    };
    for (const auto& within : names_within(text)) also_named(within);
    if (const auto bare = std::string{without_brand(text)}; bare != text && says_something(bare)) also_named(bare);
    if (const auto line = line_in_name(text, product.version_text); !line.empty()) {
      also_named(std::string{text::trim(std::string_view{text}.substr(0, text.size() - line.size()))});
      begin_at(product.reading, line);
    }
    // "SICAM WEB firmware for SICAM A8000 RTUs"; "CODESYS Control for ..." is many things.
    if (const auto front = before_for(text); !front.empty() && fronts[std::string{front}] == 1 && says_something(front))
      also_named(std::string{front});
    for (const auto& own : names_in_brackets(text)) also_named(own);
    for (const auto& former : former_names_in(product.version_text)) also_named(former);
    // "System 1 Part No. 3071/xx"
    for (const std::string_view mark : {" Part No", " (Part N", " Article n"}) {
      if (const auto part = text.find(mark); part != std::string::npos && part >= 4) also_named(text.substr(0, part));
    }
    // "PI Vision 2020", of which all before "PI Vision 2020" are affected: the release is a bound, not part of the
    // name.
    if (const auto blank = text.rfind(' '); blank != std::string::npos && has_digits(text.substr(blank)) &&
                                            text::contains_ignore_case_ascii(product.version_text, text)) {
      also_named(text.substr(0, blank));
    }
    const auto add_number = [&](const std::string& written) {
      auto compact = compact_order_number(written);
      if (compact.size() < 4) return;
      if (!has_wildcard(compact)) product.numbers.push_back(compact);
      if (has_wildcard(compact)) {
        order_patterns.emplace_back(std::move(compact), at);
        return;
      }
      auto& list = by_order_number[compact];
      if (list.empty() && compact.size() >= kOrderPrefix) by_order_prefix[compact.substr(0, kOrderPrefix)];
      if (list.empty() || list.back() != at) list.push_back(at);
    };
    for (const auto& model : each.model_numbers) add_number(model);
    for (const auto& sku : each.skus) add_number(sku);
    for (const auto& own : std::vector<std::string>{names[product.name].words.order_numbers}) add_number(own);
    for (const auto& pattern : patterns_in(text)) add_number(pattern);
    // Where a version is asked for, some advisories tell models.
    if (product.reading.kind == vers::VendorReading::Kind::model) {
      for (const auto& each_model : product.reading.models) {
        const auto model = model_word(each_model);
        product.models.push_back(model_text(model));
        also_named(model);
        if (model.find(' ') != std::string::npos) continue;
        // "DH-IPC-HDW1XXX"
        auto compact = compact_order_number(model);
        auto end = compact.size();
        while (end > 0 && compact[end - 1] == 'X') --end;
        if (compact.size() - end >= 2 && end >= 4) {
          order_patterns.emplace_back(compact.substr(0, end) + "*", at);
        } else if (has_digits(compact) && compact.size() >= 5) {
          add_number(model);
        }
      }
    }
    for (const auto& serial : each.serial_numbers) by_serial[compact_order_number(serial)].push_back(at);
    for (const auto& hash : each.hashes) by_hash[hash.value].push_back(at);
    for (const auto& purl : each.purls) {
      if (auto package = package_of(purl); !package.empty()) by_purl[package].push_back(at);
    }
    if (!each.cpe.empty()) {
      if (auto cpe = formats::cpe::parse(each.cpe)) {
        if (auto key = product_of(*cpe); !key.empty()) by_cpe[key].push_back(at);
        product.cpe = std::move(*cpe);
      }
    }
  }
  for (std::size_t i = 0; i < advisory.products.size(); ++i) {
    const auto found = by_id.find(advisory.products[i].related_to);
    if (found != by_id.end()) products[first + i].installed_on = found->second;
  }
  for (const auto& vulnerability : advisory.vulnerabilities) {
    const auto index = static_cast<std::uint32_t>(document.vulnerabilities.size());
    document.vulnerabilities.push_back(label_of(vulnerability));
    for (const auto& group : vulnerability.statuses) {
      for (const auto& id : group.product_ids) {
        if (const auto found = by_id.find(id); found != by_id.end()) {
          products[found->second].claims.push_back({index, group.status});
        }
      }
    }
    for (const auto& remediation : vulnerability.remediations) {
      if (remediation.category != csaf::RemediationCategory::vendor_fix) continue;
      const auto fixed_from = first_fixed_in(remediation.details);
      for (const auto& id : remediation.product_ids) {
        const auto found = by_id.find(id);
        if (found == by_id.end()) continue;
        auto& product = products[found->second];
        // Where fixes differ, which one is installed is not for a version alone to tell.
        product.fixed_from = !product.has_fix || product.fixed_from == fixed_from ? fixed_from : std::string{};
        product.has_fix = true;
      }
    }
  }
  return number;
}

bool Targets::is_of_one_vendor(const std::string& word) const {
  constexpr std::size_t kNamesMax = 200;
  const std::string* vendor = nullptr;
  for (const auto* each = every(); each != nullptr; each = each->others) {
    const auto found = each->by_word.find(word);
    if (found == each->by_word.end()) continue;
    if (found->second.size() > kNamesMax) return false;
    for (const auto at : found->second) {
      if (vendor != nullptr && *vendor != each->names[at].vendor) return false;
      vendor = &each->names[at].vendor;
    }
  }
  return vendor != nullptr;
}

bool Targets::knows(std::string_view word) const noexcept {
  const HashedWord hashed{word};
  for (const auto* each = this; each != nullptr; each = each->others) {
    if (each->frequency.contains(hashed)) return true;
  }
  return false;
}

const std::vector<std::uint32_t>* Targets::led_to(Postings Targets::* postings, const HashedWord& piece,
                                                  std::size_t most) const noexcept {
  const auto& own = this->*postings;
  const auto found = own.find(piece);
  if (found == own.end() || found->second.size() > most) return nullptr;
  if (part_of_others) {
    const auto& all = others->*postings;
    if (const auto among = all.find(piece); among != all.end() && among->second.size() > most) return nullptr;
  }
  return &found->second;
}

double Targets::weight_of_count(double count) const noexcept {
  double all = 1;
  for (const auto* each = every(); each != nullptr; each = each->others) {
    all += static_cast<double>(each->names.size());
  }
  count = std::max(count, 1.0);
  // One name of all: 1; every name: 0. A small catalogue has no rare words, so it starts as if it had a thousand names.
  const double span = std::log(std::max(all, 1000.0));
  return std::clamp(std::pow(std::max(std::log(std::max(all, 1000.0) / count), 0.0) / span, kRareness), 0.05, 1.0);
}

double Targets::weight_of(std::string_view word) const noexcept {
  return weight_if_known(HashedWord{word}).value_or(weight_of_count(0));
}

std::optional<double> Targets::weight_if_known(const HashedWord& word) const noexcept {
  double count = 0;
  for (const auto* each = every(); each != nullptr; each = each->others) {
    if (const auto found = each->frequency.find(word); found != each->frequency.end()) count += found->second;
  }
  if (count == 0 && !(part_of_others && frequency.contains(word))) return std::nullopt;
  return weight_of_count(count);
}

bool Targets::may_be_of(const std::string& vendor) const {
  formats::inventory::Item item;
  item.vendor = vendor;
  const auto words = words_of(item, *this);
  if (!words.has_vendor || !words.vendors.empty()) return true;
  if (words.sketch.vendor_words.empty()) return false;
  const auto first = words.sketch.vendor_words.front();
  return std::ranges::any_of(names, [&](const Name& name) { return name.pieces.holds_hash(first); });
}

std::vector<std::string> Targets::near_words(const std::string& word) const {
  std::vector<std::string> near;
  if (word.size() < kSwappedBytesMin || word.size() > 32 || knows(word)) return near;
  const std::size_t slack = word.size() >= 9 ? 2 : 1;
  for (auto length = word.size() - slack; length <= word.size() + slack; ++length) {
    const auto found = words_like.find(bucket(word.front(), length));
    if (found == words_like.end()) continue;
    for (const auto& other : found->second) {
      if (is_near(word, other)) near.push_back(other);
    }
  }
  return near;
}

void Targets::prepare() {
  words_like.clear();
  word_ids.clear();
  const auto count_of = [this](const std::string& word) {
    std::uint32_t count = 0;
    for (const auto* each : {static_cast<const Targets*>(this), others}) {
      if (each == nullptr) continue;
      if (const auto found = each->frequency.find(word); found != each->frequency.end()) count += found->second;
    }
    return count;
  };
  frequency.clear();
  by_word.clear();
  by_anchor.clear();
  for (const auto& name : names) {
    std::vector<std::string_view> seen;
    for (const auto& term : name.words.terms) {
      for (const auto& spelling : term.spellings) {
        if (std::ranges::find(seen, spelling) == seen.end()) {
          seen.push_back(spelling);
          ++frequency[spelling];
        }
      }
    }
  }
  const auto add_anchor = [this](const std::string& word, std::uint32_t name) {
    auto& list = by_anchor[word];
    if (list.empty() || list.back() != name) list.push_back(name);
  };
  for (std::uint32_t at = 0; at < names.size(); ++at) {
    auto& name = names[at];
    for (const auto& initials : name.pieces.initials()) add_anchor(initials, at);
    name.codes.clear();
    name.rare.clear();
    for (const auto& term : name.words.terms) {
      const auto& first = term.spellings.front();
      name.rare.push_back(term.kind == NameTerm::Kind::plain && first.size() >= kRareBytesMin && !has_digits(first) &&
                                  count_of(first) <= 2
                              ? 1
                              : 0);
      if (term.kind != NameTerm::Kind::code || first.size() <= 3 || name.words.is_family) continue;
      for (const auto& spelling : term.spellings) {
        name.codes.push_back(
            word_ids.try_emplace(spelling, static_cast<std::uint32_t>(word_ids.size() + 1)).first->second);
      }
      name.codes.push_back(0);
    }
    name.weights.clear();
    name.weight = 0;
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < name.words.terms.size(); ++i) {
      const auto& term = name.words.terms[i];
      double weight = 0;
      for (const auto& spelling : term.spellings) weight = std::max(weight, weight_of(spelling));
      switch (term.kind) {
        case NameTerm::Kind::plain:
          // "SCALANCE X-200 switch family"
          if (name.words.is_family && is_kind_word(term.spellings.front())) weight *= 0.3;
          break;
        case NameTerm::Kind::code:
          weight *= 1.4;
          break;
        case NameTerm::Kind::version:
          weight *= 0.5;
          break;
        case NameTerm::Kind::generic:
          weight *= 0.2;
          break;
        case NameTerm::Kind::aside:
          weight *= 0.3;
          break;
      }
      name.weights.push_back(weight);
      name.weight += weight;
      if (term.kind == NameTerm::Kind::plain || term.kind == NameTerm::Kind::code) order.emplace_back(weight, i);
      for (const auto& spelling : term.spellings) {
        auto& list = by_word[spelling];
        if (list.empty() || list.back() != at) list.push_back(at);
      }
    }
    // What stands in brackets adds to a name, it does not make it.
    double asides = 0;
    for (std::size_t i = 0; i < name.weights.size(); ++i) {
      if (name.words.terms[i].kind == NameTerm::Kind::aside) asides += name.weights[i];
    }
    const double most = (name.weight - asides) * kAsidesMax;
    if (asides > most && most > 0) {
      for (std::size_t i = 0; i < name.weights.size(); ++i) {
        if (name.words.terms[i].kind == NameTerm::Kind::aside) name.weights[i] *= most / asides;
      }
      name.weight += most - asides;
    }
    // "LEVI Studio" is written as one word, too.
    if (const auto joined = joined_front(name); !joined.empty()) add_anchor(joined, at);
    std::ranges::sort(order, std::greater{});
    // Two, because one may be mistyped.
    for (std::size_t i = 0; i < order.size() && i < 2; ++i) {
      for (const auto& spelling : name.words.terms[order[i].second].spellings) {
        add_anchor(spelling, at);
        if (name.words.is_family) {
          if (const auto hundreds = hundreds_of(spelling); !hundreds.empty()) add_anchor(hundreds, at);
        }
      }
    }
  }
  sketches.clear();
  sketch_terms.clear();
  sketches.reserve(names.size());
  for (const auto& name : names) sketches.push_back(sketch_of(name, sketch_terms));
  for (const auto& [word, count] : frequency) {
    if (word.size() >= kSwappedBytesMin) words_like[bucket(word.front(), word.size())].push_back(word);
  }
  for (auto& [prefix, list] : by_order_prefix) list.clear();
  for (const auto& [number, list] : by_order_number) {
    if (number.size() < kOrderPrefix) continue;
    auto& all = by_order_prefix[number.substr(0, kOrderPrefix)];
    all.insert(all.end(), list.begin(), list.end());
  }
  for (auto& [prefix, list] : by_order_prefix) {
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

}  // namespace tocsin::engine::exposure
