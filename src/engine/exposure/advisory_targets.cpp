#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/other_names.hpp"
#include "engine/exposure/targets.hpp"
#include "formats/purl/purl.hpp"

// What the matcher takes of an advisory: its products with their names, numbers, versions and claims.
namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
namespace vers = formats::vers;

bool has_wildcard(std::string_view number) noexcept { return number.find_first_of("*?") != std::string_view::npos; }

/// "FX5U-**M*/**" and "FX5UC-**M*/**" of "FX5U(C)-**M*/**".
std::vector<std::string> with_and_without_brackets(std::string_view token) {
  const auto open = token.find('(');
  const auto close = open == std::string_view::npos ? open : token.find(')', open);
  if (close == std::string_view::npos) return {std::string{token}};
  const auto front = token.substr(0, open), inside = token.substr(open + 1, close - open - 1),
             behind = token.substr(close + 1);
  return {std::string{front}.append(behind), std::string{front}.append(inside).append(behind)};
}

/// "FX5U-*M*/*" of "FX5U-xMy/z x=32,64,80, y=T,R, z=ES,DS": small letters that the name goes on to explain.
std::string with_letters_open(std::string_view token, std::string_view name) {
  std::string open{token};
  for (char& c : open) {
    if (c >= 'x' && c <= 'z' && name.find(std::string{' ', c, '='}) != std::string_view::npos) c = '*';
  }
  return open;
}

/// Order numbers with wildcards that stand in a name: "BMXP34*" of "Modicon M340 CPU (part numbers BMXP34*)".
std::vector<std::string> patterns_in(std::string_view name) {
  constexpr std::size_t kFixedMin = 4;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string> found;
  for (std::size_t at = 0; at < name.size();) {
    const auto end = std::min(name.find_first_of(" ,;", at), name.size());
    auto token = with_letters_open(name.substr(at, end - at), name);
    at = end + 1;
    // "750-880/xxx-xxx"
    if (const auto open = token.find("/xxx"); open != std::string::npos) token.replace(open + 1, token.npos, "*");
    if (token.find('*') == std::string::npos) continue;
    while (token.starts_with('(')) token.erase(0, 1);
    if (token.ends_with(')') && token.find('(') == std::string::npos) token.pop_back();
    for (const auto& each : with_and_without_brackets(token)) {
      auto compact = compact_order_number(each);
      const auto fixed = std::string_view{compact}.substr(0, compact.find_first_of("*?"));
      const bool digits_alone = std::ranges::all_of(fixed, [&](char c) { return is_digit(c) || c == '/'; });
      constexpr std::size_t kDigitsMin = 6;
      if (fixed.size() < kFixedMin || !has_digits(fixed) || (digits_alone && fixed.size() < kDigitsMin)) continue;
      found.push_back(std::move(compact));
    }
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

/// "version 1.x" of "2404267 version 1.x" and of "1046568 (Starterkit) version 1.x"; else all of it.
std::string_view behind_article(std::string_view version) {
  constexpr std::size_t kArticleMin = 6;
  const auto digits = std::min(version.find_first_not_of("0123456789"), version.size());
  const auto at = version.find(" version ");
  if (digits < kArticleMin || at == std::string_view::npos) return version;
  const auto between = text::trim(version.substr(digits, at - digits));
  return between.empty() || (between.front() == '(' && between.back() == ')') ? version.substr(at + 1) : version;
}

/// "20081" of "<= 20081": five digits at which Mitsubishi Electric bounds what has no version but a serial number.
std::string serial_digits_of(const csaf::Product& product) {
  constexpr std::size_t kDigits = 5;
  if (!text::contains_ignore_case_ascii(product.vendor, "mitsubishi electric")) return {};
  std::string_view version = product.version;
  if (!version.starts_with("<=")) return {};
  version = text::trim(version.substr(2));
  const bool digits = std::ranges::all_of(version, [](char c) { return c >= '0' && c <= '9'; });
  return digits && version.size() == kDigits ? std::string{version} : std::string{};
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
  auto reading = vers::read_vendor_text(branch, product.product, behind_article(product.version));
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

ModelText model_text(std::string_view model) {
  ModelText text;
  text.compact = compact_order_number(model);
  auto end = text.compact.size();
  while (end > 0 && text.compact[end - 1] == 'X') --end;
  if (text.compact.size() - end >= 2 && end >= 4) text.compact.resize(end);
  const NamePieces pieces{{model}};
  for (const auto& word : pieces.words()) {
    const bool is_number = word.size() >= 5 && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
    text.words.push_back({.hash = KeyedHash{}(word), .is_code = has_digits(word), .is_number = is_number});
  }
  return text;
}

/// Which of flag_words() tells why a product is not affected, from 1; 0: none.
std::uint8_t justification_of(const std::vector<csaf::Flag>& flags, const std::string& product) {
  for (const auto& flag : flags) {
    if (!flag.product_ids.empty() && std::ranges::find(flag.product_ids, product) == flag.product_ids.end()) continue;
    const auto words = flag_words();
    const auto found = std::ranges::find(words, std::string_view{flag.label}, &FlagWords::label);
    if (found != words.end()) return static_cast<std::uint8_t>(found - words.begin() + 1);
  }
  return 0;
}

std::string label_of(const csaf::Vulnerability& vulnerability) {
  if (!vulnerability.cve.empty()) return vulnerability.cve;
  if (!vulnerability.ids.empty()) return vulnerability.ids.front().second;
  return vulnerability.title;
}

}  // namespace

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

std::span<const FlagWords> flag_words() noexcept {
  static constexpr FlagWords kWords[] = {
      {"component_not_present", "the vulnerable component is not in it"},
      {"vulnerable_code_not_present", "the vulnerable code is not in it"},
      {"vulnerable_code_not_in_execute_path", "the vulnerable code is never run"},
      {"vulnerable_code_cannot_be_controlled_by_adversary", "an attacker cannot control the vulnerable code"},
      {"inline_mitigations_already_exist", "built-in protections prevent the attack"},
  };
  return kWords;
}

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

std::size_t Targets::add(const csaf::Advisory& advisory) {
  const auto number = static_cast<std::uint32_t>(documents.size());
  auto& document = documents.emplace_back();
  document.id = advisory.header.tracking_id;
  for (const auto word : text::split(advisory.header.title, ' ')) {
    if (const auto compact = compact_word(word); !compact.empty()) document.title.push_back(KeyedHash{}(compact));
  }
  const auto first = static_cast<std::uint32_t>(products.size());
  HashMap<std::string, std::uint32_t> by_id;
  HashMap<std::string, int> fronts;
  std::set<std::string> counted;
  for (const auto& each : advisory.products) {
    auto text = name_text(each);
    if (before_for(text).empty()) continue;
    take_bounds(text);
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
    product.serial_digits = serial_digits_of(each);
    auto text = name_text(each);
    product.bounds = take_bounds(text);
    product.name = intern_name(each.vendor, text);
    names[product.name].products.push_back(at);
    const auto also_named = [&](const std::string& other) {
      const auto alias = intern_name(each.vendor, other);
      auto& list = names[alias].products;
      if (alias != product.name && (list.empty() || list.back() != at)) list.push_back(at);
    };
    begin_at(product.reading, line_in_name(text, product.version_text));
    const auto front = fronts.find(before_for(text));
    for (const auto& other : other_names(text, product.version_text, front != fronts.end() && front->second == 1)) {
      also_named(other);
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
    if (behind_article(each.version).size() < each.version.size()) {
      add_number(each.version.substr(0, each.version.find_first_not_of("0123456789")));
    }
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
          auto& claim = products[found->second].claims.emplace_back(index, std::uint8_t{0}, group.status);
          if (group.status == csaf::ProductStatus::known_not_affected) {
            claim.justification = justification_of(vulnerability.flags, id);
          }
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

}  // namespace tocsin::engine::exposure
