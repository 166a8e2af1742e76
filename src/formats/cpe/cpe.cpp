#include "formats/cpe/cpe.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::formats::cpe {
namespace {

constexpr std::string_view kFormattedPrefix = "cpe:2.3:";
constexpr std::string_view kUriPrefix = "cpe:/";
/// What must stand behind a backslash in a formatted string, and percent-encoded in a URI.
constexpr std::string_view kQuoted = "\\*?!\"#$%&'()+,/:;<=>@[]^`{|}~";

constexpr std::string_view kNames[kParts] = {"part",     "vendor",     "product",   "version",   "update", "edition",
                                             "language", "sw_edition", "target_sw", "target_hw", "other"};
/// The attributes that a URI packs into its edition.
constexpr Part kPacked[] = {Part::edition, Part::sw_edition, Part::target_sw, Part::target_hw, Part::other};

bool letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool plain(char c) noexcept { return letter(c) || digit(c) || c == '-' || c == '.' || c == '_'; }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Error bad(Part part, std::string_view why, std::size_t offset) {
  return Error::invalid(fmt::format("the {} of a CPE {}", to_string(part), why), std::to_string(offset + 1));
}

/// One character of a value: itself, or a wildcard that was not quoted.
struct Character {
  char c = 0;
  bool wildcard = false;
};

/// From the characters of a value: wildcards only at its ends, a run of '?' or a single '*', and some text between.
Result<Attribute> attribute_of(Part part, std::span<const Character> characters, std::size_t offset) {
  const auto run = [](const auto& begin, const auto& end) {
    const auto stop = std::find_if(begin, end, [](const Character& each) { return !each.wildcard; });
    return static_cast<std::size_t>(stop - begin);
  };
  const auto counted = [](std::span<const Character> wildcards) -> std::optional<int> {
    if (wildcards.empty()) return 0;
    if (wildcards.front().c == '*') return wildcards.size() == 1 ? std::optional{Attribute::kMany} : std::nullopt;
    const bool marks = std::ranges::all_of(wildcards, [](const Character& each) { return each.c == '?'; });
    return marks ? std::optional{static_cast<int>(wildcards.size())} : std::nullopt;
  };
  const auto head = run(characters.begin(), characters.end());
  if (head == characters.size()) return bad(part, "has no text", offset);
  const auto tail = run(characters.rbegin(), characters.rend());
  const auto before = counted(characters.first(head));
  const auto behind = counted(characters.last(tail));
  if (!before || !behind) return bad(part, "mixes wildcards", offset);
  Attribute attribute{.kind = Attribute::Kind::text, .text = {}, .before = *before, .behind = *behind};
  for (const auto& each : characters.subspan(head, characters.size() - head - tail)) {
    if (each.wildcard) return bad(part, "has a wildcard amid its text", offset);
    attribute.text += lower(each.c);
  }
  return attribute;
}

/// A language tag as CSAF's pattern wants it: language, and a region perhaps.
bool is_language(std::string_view text) noexcept {
  const auto dash = std::min(text.find('-'), text.size());
  const auto language = text.substr(0, dash);
  if (language.size() < 2 || language.size() > 3 || !std::ranges::all_of(language, letter)) return false;
  if (dash == text.size()) return true;
  const auto region = text.substr(dash + 1);
  return (region.size() == 2 && std::ranges::all_of(region, letter)) ||
         (region.size() == 3 && std::ranges::all_of(region, digit));
}

Status check(Part part, const Attribute& attribute, std::size_t offset) {
  if (attribute.kind != Attribute::Kind::text) return ok();
  if (part == Part::part) {
    const bool known = !attribute.has_wildcards() && attribute.text.size() == 1 &&
                       std::string_view{"aho"}.find(attribute.text[0]) != std::string_view::npos;
    if (!known) return bad(part, "is a, h or o", offset);
  }
  if (part == Part::language && (attribute.has_wildcards() || !is_language(attribute.text))) {
    return bad(part, "is no language tag", offset);
  }
  return ok();
}

// ---- Formatted string (2.3) -----------------------------------------------------------------------------------------

Result<Attribute> formatted_value(Part part, std::string_view value, std::size_t offset) {
  if (value == "*") return Attribute{};
  if (value == "-") return Attribute{.kind = Attribute::Kind::not_applicable, .text = {}};
  std::vector<Character> characters;
  characters.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '*' || value[i] == '?') {
      characters.push_back({.c = value[i], .wildcard = true});
    } else if (plain(value[i])) {
      characters.push_back({.c = value[i]});
    } else if (value[i] == '\\' && i + 1 < value.size() && kQuoted.find(value[i + 1]) != std::string_view::npos) {
      characters.push_back({.c = value[++i]});
    } else {
      return bad(part, "has a character that stands there only behind a backslash, or not at all", offset + i);
    }
  }
  return attribute_of(part, characters, offset);
}

Result<Name> parse_formatted(std::string_view text) {
  Name name;
  std::size_t begin = kFormattedPrefix.size();
  for (std::size_t i = 0; i < kParts; ++i) {
    if (begin > text.size()) {
      return Error::invalid(fmt::format("a CPE 2.3 name has {} attributes, not {}", kParts, i),
                            std::to_string(text.size() + 1));
    }
    auto end = begin;
    while (end < text.size() && text[end] != ':') end += text[end] == '\\' ? 2 : 1;
    end = std::min(end, text.size());
    const auto part = static_cast<Part>(i);
    const auto value = text.substr(begin, end - begin);
    // The pattern knows the part in lower case only.
    if (part == Part::part && value.size() == 1 && letter(value[0]) && value[0] != lower(value[0])) {
      return bad(part, "is a, h or o", begin);
    }
    TRY(auto attribute, formatted_value(part, value, begin));
    TRY_VOID(check(part, attribute, begin));
    name.attributes[i] = std::move(attribute);
    begin = end + 1;
  }
  if (begin <= text.size()) {
    return Error::invalid(fmt::format("a CPE 2.3 name ends after {} attributes", kParts), std::to_string(begin));
  }
  return name;
}

// ---- URI (2.2) ------------------------------------------------------------------------------------------------------

int hexadecimal(char c) noexcept {
  if (digit(c)) return c - '0';
  const auto small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

Result<Attribute> uri_value(Part part, std::string_view value, std::size_t offset) {
  if (value.empty()) return Attribute{};
  if (value == "-") return Attribute{.kind = Attribute::Kind::not_applicable, .text = {}};
  std::vector<Character> characters;
  characters.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (plain(value[i]) || value[i] == '~') {
      characters.push_back({.c = value[i]});
      continue;
    }
    if (value[i] != '%') return bad(part, "has a character that a URI must encode", offset + i);
    const int high = i + 2 < value.size() ? hexadecimal(value[i + 1]) : -1;
    const int low = i + 2 < value.size() ? hexadecimal(value[i + 2]) : -1;
    const int code = high < 0 || low < 0 ? -1 : high * 16 + low;
    if (code == 1 || code == 2) {
      characters.push_back({.c = code == 1 ? '?' : '*', .wildcard = true});
    } else if (code > 0 && kQuoted.find(static_cast<char>(code)) != std::string_view::npos) {
      characters.push_back({.c = static_cast<char>(code)});
    } else {
      return bad(part, "has a percent-encoding that CPE does not know", offset + i);
    }
    i += 2;
  }
  return attribute_of(part, characters, offset);
}

Status read_packed_edition(Name& name, std::string_view value, std::size_t offset) {
  std::size_t begin = 1;
  for (const auto part : kPacked) {
    if (begin > value.size()) return bad(Part::edition, "packs too few attributes", offset);
    const auto end = std::min(value.find('~', begin), value.size());
    TRY(name[part], uri_value(part, value.substr(begin, end - begin), offset + begin));
    begin = end + 1;
  }
  if (begin <= value.size()) return bad(Part::edition, "packs too many attributes", offset + begin - 1);
  return ok();
}

Result<Name> parse_uri(std::string_view text) {
  Name name;
  constexpr std::size_t kUriParts = 7;
  std::size_t begin = kUriPrefix.size();
  for (std::size_t i = 0; begin <= text.size(); ++i) {
    if (i == kUriParts) {
      return Error::invalid(fmt::format("a CPE URI ends after {} components", kUriParts), std::to_string(begin));
    }
    const auto end = std::min(text.find(':', begin), text.size());
    const auto part = static_cast<Part>(i);
    const auto value = text.substr(begin, end - begin);
    if (part == Part::part && value == "-") return bad(part, "is a, h or o", begin);
    if (part == Part::edition && value.starts_with('~')) {
      TRY_VOID(read_packed_edition(name, value, begin));
    } else {
      TRY(name[part], uri_value(part, value, begin));
    }
    TRY_VOID(check(part, name[part], begin));
    begin = end + 1;
  }
  return name;
}

/// The value with `quote` for what is not plain, and a word for each wildcard.
std::string written(const Attribute& attribute, std::string_view question, std::string_view star, auto quote) {
  const auto wildcards = [&](int count) {
    if (count == Attribute::kMany) return std::string{star};
    std::string out;
    for (int i = 0; i < count; ++i) out += question;
    return out;
  };
  auto out = wildcards(attribute.before);
  for (const char c : attribute.text) {
    if (plain(c)) {
      out += c;
    } else {
      quote(out, c);
    }
  }
  return out + wildcards(attribute.behind);
}

std::string uri_text(const Attribute& attribute) {
  switch (attribute.kind) {
    case Attribute::Kind::any:
      return "";
    case Attribute::Kind::not_applicable:
      return "-";
    case Attribute::Kind::text:
      break;
  }
  return written(attribute, "%01", "%02",
                 [](std::string& out, char c) { out += fmt::format("%{:02x}", static_cast<unsigned char>(c)); });
}

/// Does the source's text with its wildcards stand for the target's, which has none?
bool stands_for(const Attribute& source, std::string_view target) noexcept {
  const auto within = [](int wildcards, std::size_t left) {
    return wildcards == Attribute::kMany || left <= static_cast<std::size_t>(wildcards);
  };
  for (auto at = target.find(source.text); at != std::string_view::npos; at = target.find(source.text, at + 1)) {
    if (!within(source.before, at)) return false;
    if (within(source.behind, target.size() - at - source.text.size())) return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(Part part) noexcept { return kNames[static_cast<std::size_t>(part)]; }

Result<Name> parse(std::string_view text) {
  if (text.size() > kNameBytesMax) return Error::too_large("CPE name", kNameBytesMax);
  if (text.starts_with(kFormattedPrefix)) return parse_formatted(text);
  if (text::equals_ignore_case_ascii(text.substr(0, kUriPrefix.size()), kUriPrefix)) return parse_uri(text);
  return Error::invalid("a CPE name starts with cpe:2.3: or cpe:/", "1");
}

std::string to_formatted_string(const Name& name) {
  std::string out{"cpe:2.3"};
  for (const auto& each : name.attributes) {
    out += ':';
    switch (each.kind) {
      case Attribute::Kind::any:
        out += '*';
        break;
      case Attribute::Kind::not_applicable:
        out += '-';
        break;
      case Attribute::Kind::text:
        out += written(each, "?", "*", [](std::string& quoted, char c) { quoted.append({'\\', c}); });
        break;
    }
  }
  return out;
}

std::optional<std::string> to_uri(const Name& name) {
  if (name[Part::part].kind == Attribute::Kind::not_applicable) return std::nullopt;
  const bool packed = std::ranges::any_of(std::span{kPacked}.subspan(1),
                                          [&](Part part) { return name[part].kind != Attribute::Kind::any; });
  std::string out{kUriPrefix};
  for (const auto part :
       {Part::part, Part::vendor, Part::product, Part::version, Part::update, Part::edition, Part::language}) {
    if (part == Part::edition && packed) {
      for (const auto each : kPacked) out += '~' + uri_text(name[each]);
    } else {
      out += uri_text(name[part]);
    }
    out += ':';
  }
  // Components at the end that say nothing are left out.
  while (out.ends_with(':') && out.size() > kUriPrefix.size()) out.pop_back();
  return out;
}

std::string_view to_string(Relation relation) noexcept {
  switch (relation) {
    case Relation::equal:
      return "equal";
    case Relation::superset:
      return "superset";
    case Relation::subset:
      return "subset";
    case Relation::disjoint:
      return "disjoint";
    case Relation::undefined:
      return "undefined";
  }
  return "";
}

Relation compare(const Attribute& source, const Attribute& target) noexcept {
  using Kind = Attribute::Kind;
  if (target.has_wildcards()) return Relation::undefined;
  if (source == target) return Relation::equal;
  if (source.kind == Kind::any) return Relation::superset;
  if (target.kind == Kind::any) return Relation::subset;
  if (source.kind == Kind::not_applicable || target.kind == Kind::not_applicable) return Relation::disjoint;
  return source.has_wildcards() && stands_for(source, target.text) ? Relation::superset : Relation::disjoint;
}

Relation compare(const Name& source, const Name& target) noexcept {
  bool superset = true, subset = true, undefined = false;
  for (std::size_t i = 0; i < kParts; ++i) {
    switch (compare(source.attributes[i], target.attributes[i])) {
      case Relation::equal:
        break;
      case Relation::superset:
        subset = false;
        break;
      case Relation::subset:
        superset = false;
        break;
      case Relation::undefined:
        undefined = true;
        break;
      case Relation::disjoint:
        return Relation::disjoint;
    }
  }
  if (undefined) return Relation::undefined;
  if (superset) return subset ? Relation::equal : Relation::superset;
  return subset ? Relation::subset : Relation::undefined;
}

bool covers(const Name& pattern, const Name& target) noexcept {
  const auto relation = compare(pattern, target);
  return relation == Relation::equal || relation == Relation::superset;
}

}  // namespace tocsin::formats::cpe
