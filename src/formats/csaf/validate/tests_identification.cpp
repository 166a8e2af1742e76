#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"

/// Product identification helpers of CSAF 2.1 (section 3.1.10.3): 6.1.42 to 6.1.44, 6.1.61.
namespace tocsin::formats::csaf {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(text[i + 2]);
    if (low < 0) {
      out += text[i];
    } else {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

/// The parts of a package URL that its qualifiers leave (ECMA-427), each as it is meant.
struct PurlParts {
  std::string type, name, version, subpath;  ///< name: with namespace.
};

std::optional<PurlParts> parts_of(std::string_view purl) {
  constexpr std::string_view kScheme = "pkg:";
  if (!text::equals_ignore_case_ascii(purl.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  purl.remove_prefix(kScheme.size());
  PurlParts parts;
  const auto cut = [](std::string_view& from, std::size_t at) {
    const auto rest = at == std::string_view::npos ? std::string_view{} : from.substr(at + 1);
    from = from.substr(0, at);
    return rest;
  };
  const auto strip = [](std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
  };
  parts.subpath = decode_percent(strip(cut(purl, purl.rfind('#'))));
  cut(purl, purl.rfind('?'));
  purl = strip(purl);
  const auto slash = purl.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  parts.type = text::lower_ascii(purl.substr(0, slash));
  auto name = strip(purl.substr(slash));
  // An @ before the last slash belongs to a namespace such as npm's.
  const auto at = name.rfind('@');
  const auto last_slash = name.rfind('/');
  const bool has_version =
      at != std::string_view::npos && at > 0 && (last_slash == std::string_view::npos || at > last_slash);
  parts.version = has_version ? decode_percent(cut(name, at)) : std::string{};
  parts.name = decode_percent(strip(name));
  return parts;
}

/// What two package URLs differ in besides qualifiers, or nothing.
std::string_view difference(const PurlParts& a, const PurlParts& b) noexcept {
  if (a.type != b.type) return "type";
  if (a.name != b.name) return "name";
  if (a.version != b.version) return "version";
  if (a.subpath != b.subpath) return "subpath";
  return {};
}

void purl_qualifiers(const Model& model, Sink& sink) {
  each_full_product_name(model, [&](Node product) {
    const auto purls = product["product_identification_helper"]["purls"];
    if (purls.size() < 2) return;
    std::optional<PurlParts> first;
    for (const auto each : purls.elements()) {
      auto parts = parts_of(each.text());
      if (!parts) continue;  // 6.1.13 tells of those.
      if (!first) {
        first = std::move(parts);
        continue;
      }
      const auto what = difference(*first, *parts);
      if (what.empty()) continue;
      sink.add(each, tr<"'{}' differs in its {} from the purls before it, not only in qualifiers">(each.text(), what),
               tr<"Give each component a product of its own, and list here only other locations of the same one.">());
    }
  });
}

bool has_many_stars(std::string_view text) noexcept {
  int stars = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;  // Escapes whatever follows.
    } else if (text[i] == '*') {
      ++stars;
    }
  }
  return stars > 1;
}

void check_stars(const Model& model, Sink& sink, std::string_view member, std::string_view what) {
  each_full_product_name(model, [&](Node product) {
    for (const auto each : product["product_identification_helper"][member].elements()) {
      if (!has_many_stars(each.text())) continue;
      sink.add(each, tr<"{} '{}' contains more than one unescaped *">(what, each.text()),
               tr<"Keep one * at most, use ? for single characters, and write \\* for a star that is meant.">());
    }
  });
}

void use_of_multiple_stars_in_model_number(const Model& model, Sink& sink) {
  check_stars(model, sink, "model_numbers", tr<"model number">());
}

void use_of_multiple_stars_in_serial_number(const Model& model, Sink& sink) {
  check_stars(model, sink, "serial_numbers", tr<"serial number">());
}

void use_of_multiple_stars_in_sku(const Model& model, Sink& sink) {
  check_stars(model, sink, "skus", tr<"stock keeping unit">());
}

constexpr Test kTests[] = {
    {.id = "6.1.42", .in_2_0 = false, .run = purl_qualifiers},
    {.id = "6.1.43", .in_2_0 = false, .run = use_of_multiple_stars_in_model_number},
    {.id = "6.1.44", .in_2_0 = false, .run = use_of_multiple_stars_in_serial_number},
    {.id = "6.1.61", .in_2_0 = false, .run = use_of_multiple_stars_in_sku},
};

}  // namespace

std::span<const Test> identification_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
