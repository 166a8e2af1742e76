#include "engine/exposure/alias_text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/product_name.hpp"

namespace tocsin::engine::exposure {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Runs of what is neither blank nor a bracket, comma or semicolon.
std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const auto from = text.find_first_not_of(" \t()[]{}<>,;\"'", at);
    if (from == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" \t()[]{}<>,;\"'", from), text.size());
    tokens.push_back(text.substr(from, end - from));
    at = end;
  }
  return tokens;
}

bool is_ipv4(std::string_view token) {
  if (const auto end = token.find_first_of("/:"); end != std::string_view::npos) token = token.substr(0, end);
  const auto parts = text::split(token, '.');
  return parts.size() == 4 && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && part.size() <= 3 && std::ranges::all_of(part, is_digit);
         });
}

/// "00:1b:1b:aa:bb:cc", "00-1B-1B-AA-BB-CC", "2001:db8::1".
bool is_hex_address(std::string_view token) {
  if (const auto end = token.find('%'); end != std::string_view::npos) token = token.substr(0, end);
  if (std::ranges::count(token, ':') >= 2 &&
      std::ranges::all_of(token, [](char c) { return is_hex(c) || c == ':' || c == '/' || c == '.'; })) {
    return true;
  }
  const auto parts = text::split(token, '-');
  return parts.size() == 6 && std::ranges::all_of(parts, [](std::string_view part) {
           return part.size() == 2 && is_hex(part[0]) && is_hex(part[1]);
         });
}

/// "plc01.plant.example": labels with a point between them, the last one of letters. "S7.Net" and "Node.js" have two.
bool is_host_name(std::string_view token) {
  if (token.find("://") != std::string_view::npos || token.starts_with("\\\\") || token.starts_with("www."))
    return true;
  const auto labels = text::split(token, '.');
  if (labels.size() < 2 || labels.back().size() < 2 || !std::ranges::all_of(labels.back(), is_letter)) return false;
  if (!std::ranges::all_of(labels, [](std::string_view label) {
        return !label.empty() &&
               std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
      })) {
    return false;
  }
  // Of two labels: where it stands for a network, or the first is numbered as hosts are.
  static constexpr std::string_view kEnds[] = {"local", "lan", "internal", "intern", "corp", "home", "example",
                                               "com",   "org", "de",       "es",     "eu",   "int",  "gov"};
  return labels.size() > 2 || std::ranges::find(kEnds, text::lower_ascii(labels.back())) != std::end(kEnds);
}

/// Long runs of digits, and long mixtures of letters and digits without a dash: no maker's names, but serial numbers.
bool is_serial_like(std::string_view token) {
  std::size_t run = 0, longest = 0, digits = 0, letters = 0;
  for (const char c : token) {
    run = is_digit(c) ? run + 1 : 0;
    longest = std::max(longest, run);
    digits += is_digit(c) ? 1 : 0;
    letters += is_letter(c) ? 1 : 0;
  }
  return longest >= 6 || (digits >= 5 && letters >= 2 && digits + letters >= 10) ||
         (digits >= 12 && std::ranges::all_of(token, is_hex));
}

std::string key_of(std::string_view text) { return domain::product_key(text); }

std::vector<std::string_view> words_of_key(std::string_view key) { return text::split(key, '-'); }

}  // namespace

PrivateWords::PrivateWords(const std::vector<std::string>& texts) {
  for (const auto& each : texts) {
    auto key = key_of(each);
    words_max_ = std::max(words_max_, words_of_key(key).size());
    // "SN 0012" is "SN0012", too.
    auto whole = key;
    std::erase(whole, '-');
    keys_.insert(std::move(whole));
    keys_.insert(std::move(key));
  }
}

bool PrivateWords::are_in(std::string_view text) const {
  const auto key = key_of(text);
  const auto words = words_of_key(key);
  for (std::size_t first = 0; first < words.size(); ++first) {
    std::string run;
    for (std::size_t last = first; last < words.size() && last - first < words_max_; ++last) {
      if (last > first) run += '-';
      run += words[last];
      if (keys_.contains(run)) return true;
    }
  }
  return false;
}

std::string_view why_not_shared(const store::AliasKey& key, std::string_view shown, const PrivateWords& words) {
  if (shown.size() > kSharedTextMax) return "is too long for a name";
  if (key.text.size() < 2) return "is too short for a name";
  if (shown.find('@') != std::string_view::npos) return "looks like a mail address";
  if (shown.find('\\') != std::string_view::npos) return "looks like a path";
  const auto tokens = tokens_of(shown);
  if (tokens.size() > kSharedWordsMax) return "is too long for a name";
  for (const auto token : tokens) {
    if (is_ipv4(token) || is_hex_address(token)) return "looks like an address";
    if (is_host_name(token)) return "looks like a host name";
    // An order number is digits by nature.
    if (key.kind != store::AliasKind::order_number && is_serial_like(token)) return "looks like a serial number";
  }
  if (key.kind == store::AliasKind::order_number) {
    std::size_t run = 0, longest = 0;
    for (const char c : key.text) {
      run = is_digit(c) ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    if (longest > 8 || key.text.size() > 24) return "looks like a serial number";
  }
  // `shown` is what one person wrote first; the key is what is told.
  if (words.are_in(shown) || words.are_in(key.text) || (!key.of_vendor.empty() && words.are_in(key.of_vendor))) {
    return "holds a name of the organisation or of its plants";
  }
  return {};
}

}  // namespace tocsin::engine::exposure
