#include "formats/purl/purl.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "formats/purl/types.hpp"

namespace tocsin::formats::purl {
namespace {

bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alnum(char c) noexcept { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }

Result<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Error::invalid("a '%' is followed by two hexadecimal digits");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (text::invalid_utf8_at(out) != std::string_view::npos)
    return Error::invalid("what is percent-encoded is not UTF-8");
  return out;
}

/// ECMA-427 section 5.4: letters, digits and ".-_~" stay, and ':'; '/' where it separates.
void encode(std::string& out, std::string_view text, std::string_view also_plain = {}) {
  for (const char c : text) {
    const bool plain = is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':' ||
                       also_plain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

std::string_view without_slashes(std::string_view text) noexcept {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

/// Each segment decoded; empty ones fall away, and those for which `drop` says so.
template <class Drop>
Result<std::string> decode_segments(std::string_view text, Drop drop) {
  std::string out;
  for (const auto segment : text::split(text, '/')) {
    if (segment.empty()) continue;
    TRY(const auto decoded, decode(segment));
    if (drop(decoded)) continue;
    if (decoded.find('/') != std::string::npos) return Error::invalid("a segment holds no encoded '/'");
    if (!out.empty()) out += '/';
    out += decoded;
  }
  return out;
}

Status check_type(std::string_view type) {
  const bool formed = !type.empty() && !is_digit(type.front()) && std::ranges::all_of(type, [](char c) {
    return is_lower(c) || is_digit(c) || c == '.' || c == '-';
  });
  if (formed && is_lower(type.front())) return ok();
  return Error::invalid(
      fmt::format("'{}' is no type: letters, digits, '.' and '-', a letter first", text::shorten(type, 40)));
}

Status check_key(std::string_view key) {
  const bool formed = !key.empty() && is_lower(key.front()) && std::ranges::all_of(key, [](char c) {
    return is_lower(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  });
  if (formed) return ok();
  return Error::invalid(
      fmt::format("'{}' is no qualifier: letters, digits, '.', '-' and '_', a letter first", text::shorten(key, 40)));
}

Result<std::map<std::string, std::string>> read_qualifiers(std::string_view text) {
  std::map<std::string, std::string> qualifiers;
  for (const auto pair : text::split(text, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto key = text::lower_ascii(pair.substr(0, equals));
    TRY_VOID(check_key(key));
    if (equals == std::string_view::npos) return Error::invalid(fmt::format("the qualifier '{}' has no value", key));
    TRY(auto value, decode(pair.substr(equals + 1)));
    // One without a value is as if it were not there.
    if (value.empty()) continue;
    if (!qualifiers.emplace(key, std::move(value)).second) {
      return Error::invalid(fmt::format("the qualifier '{}' stands twice", key));
    }
  }
  return qualifiers;
}

const TypeRules* rules_of(std::string_view type) noexcept {
  const auto found = std::ranges::find(type_table(), type, &TypeRules::type);
  return found == type_table().end() ? nullptr : &*found;
}

/// What single types do to names beyond upper and lower case (their definitions' normalization rules).
void normalise_name(Purl& purl) {
  // A repository may stand in groups, so its name has slashes: the host is the namespace, the rest the name. Hosts
  // differ in whether case matters; the tests of the standard fold it.
  if (purl.type == "git") {
    const auto whole = text::lower_ascii(purl.name_space + "/" + purl.name);
    purl.name_space.clear();
    purl.name.clear();
    for (const auto segment : text::split(whole, '/')) {
      if (segment.empty()) continue;
      if (purl.name_space.empty()) {
        purl.name_space = segment;
      } else {
        if (!purl.name.empty()) purl.name += '/';
        purl.name += segment;
      }
    }
  }
  if (purl.type == "pypi") std::ranges::replace(purl.name, '_', '-');
  if (purl.type == "pub") {
    std::ranges::replace_if(purl.name, [](char c) { return !is_lower(c) && !is_digit(c); }, '_');
  }
  // Azure's registries do not tell upper and lower case apart, others do.
  if (purl.type == "mlflow") {
    const auto where = purl.qualifiers.find("repository_url");
    if (where != purl.qualifiers.end() && text::contains(text::lower_ascii(where->second), "databricks")) {
      purl.name = text::lower_ascii(purl.name);
    }
  }
}

Status check_of_type(const Purl& purl) {
  if (purl.type == "cpan" && text::contains(purl.name, "::")) {
    return Error::invalid("CPAN's names are those of distributions, written with '-', not of modules");
  }
  if (purl.type == "conan" && purl.name_space.empty() && purl.qualifiers.contains("channel")) {
    return Error::invalid("a channel of conan belongs to a namespace");
  }
  if (purl.type == "chrome-extension") {
    const bool formed =
        purl.name.size() == 32 && std::ranges::all_of(purl.name, [](char c) { return c >= 'a' && c <= 'p'; });
    if (!formed) return Error::invalid("the name of a chrome-extension is 32 letters from a to p");
    const auto numbers = text::split(purl.version, '.');
    const bool numbered = numbers.size() <= 4 && std::ranges::all_of(numbers, [](std::string_view each) {
                            return !each.empty() && std::ranges::all_of(each, is_digit);
                          });
    if (!purl.version.empty() && !numbered) {
      return Error::invalid("the version of a chrome-extension is one to four numbers with dots");
    }
  }
  return ok();
}

}  // namespace

Result<Purl> build(Purl purl) {
  purl.type = text::lower_ascii(purl.type);
  TRY_VOID(check_type(purl.type));
  if (const auto* rules = rules_of(purl.type); rules != nullptr) {
    if (rules->lower_name_space) purl.name_space = text::lower_ascii(purl.name_space);
    if (rules->lower_name) purl.name = text::lower_ascii(purl.name);
    if (rules->lower_version) purl.version = text::lower_ascii(purl.version);
    if (rules->name_space == Need::required && purl.name_space.empty()) {
      return Error::invalid(fmt::format("the type {} needs a namespace", purl.type));
    }
    if (rules->name_space == Need::prohibited && !purl.name_space.empty()) {
      return Error::invalid(fmt::format("the type {} has no namespace", purl.type));
    }
    for (const auto key : text::split(rules->qualifiers, ',')) {
      if (!key.empty() && !purl.qualifiers.contains(std::string{key})) {
        return Error::invalid(fmt::format("the type {} needs the qualifier '{}'", purl.type, key));
      }
    }
  }
  normalise_name(purl);
  if (purl.name.empty()) return Error::invalid("a name is required");
  std::map<std::string, std::string> qualifiers;
  for (auto& [key, value] : purl.qualifiers) {
    auto lower = text::lower_ascii(key);
    TRY_VOID(check_key(lower));
    if (!value.empty()) qualifiers.emplace(std::move(lower), std::move(value));
  }
  purl.qualifiers = std::move(qualifiers);
  TRY_VOID(check_of_type(purl));
  return purl;
}

Result<Purl> parse(std::string_view text) {
  if (text.size() > kPurlBytesMax) return Error::too_large("package URL", kPurlBytesMax);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text::lower_ascii(text.substr(0, colon)) != "pkg") {
    return Error::invalid("it begins with 'pkg:'");
  }
  Purl purl;
  // From the right: what the later parts are cut at may stand in the earlier ones only encoded.
  auto rest = text.substr(colon + 1);
  if (const auto hash = rest.rfind('#'); hash != std::string_view::npos) {
    TRY(purl.subpath,
        decode_segments(rest.substr(hash + 1), [](std::string_view each) { return each == "." || each == ".."; }));
    rest = rest.substr(0, hash);
  }
  if (const auto mark = rest.rfind('?'); mark != std::string_view::npos) {
    TRY(purl.qualifiers, read_qualifiers(rest.substr(mark + 1)));
    rest = rest.substr(0, mark);
  }
  rest = without_slashes(rest);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return Error::invalid("a type and a name are required: pkg:TYPE/NAME");
  purl.type = rest.substr(0, slash);
  rest = without_slashes(rest.substr(slash + 1));
  // An '@' before the last '/' belongs to the namespace, as in npm's scopes written plainly.
  const auto last_slash = rest.rfind('/');
  const auto name_at = last_slash == std::string_view::npos ? 0 : last_slash + 1;
  auto at = rest.rfind('@');
  if (at != std::string_view::npos && at >= name_at) {
    TRY(purl.version, decode(rest.substr(at + 1)));
    rest = rest.substr(0, at);
  } else if (at != std::string_view::npos && at > 0 && at < name_at) {
    // A version with '/' in it, written without encoding.
    if (rest.substr(0, at).find('/') != std::string_view::npos) {
      TRY(purl.version, decode(rest.substr(at + 1)));
      rest = rest.substr(0, at);
    }
  }
  const auto name_slash = rest.rfind('/');
  TRY(purl.name, decode(name_slash == std::string_view::npos ? rest : rest.substr(name_slash + 1)));
  if (name_slash != std::string_view::npos) {
    TRY(purl.name_space, decode_segments(rest.substr(0, name_slash), [](std::string_view) { return false; }));
  }
  return build(std::move(purl));
}

std::string to_text(const Purl& purl) {
  std::string out = "pkg:" + purl.type + "/";
  if (!purl.name_space.empty()) {
    encode(out, purl.name_space, "/");
    out += '/';
  }
  encode(out, purl.name, purl.type == "git" ? "/" : "");
  if (!purl.version.empty()) {
    out += '@';
    encode(out, purl.version);
  }
  char separator = '?';
  for (const auto& [key, value] : purl.qualifiers) {
    out += separator;
    out += key;
    out += '=';
    encode(out, value);
    separator = '&';
  }
  if (!purl.subpath.empty()) {
    out += '#';
    encode(out, purl.subpath, "/");
  }
  return out;
}

}  // namespace tocsin::formats::purl
