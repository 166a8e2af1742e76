#include "engine/members/input.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "domain/country.hpp"
#include "domain/sector.hpp"
#include "domain/vendor.hpp"
#include "formats/language/language.hpp"

namespace tocsin::engine::members {
namespace {

constexpr std::size_t kPhoneBytesMax = 40;
constexpr std::size_t kListMax = 250;  // As many as there are countries.

Error bad(std::string_view field, std::string message) {
  return Error::invalid(std::move(message), std::string{field});
}

/// C0, DEL and C1.
bool has_control(std::string_view text, bool lines_allowed) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (lines_allowed && (byte == '\n' || byte == '\r' || byte == '\t')) continue;
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

Status check_text(std::string_view text, std::string_view field, bool lines_allowed) {
  if (text::invalid_utf8_at(text) != std::string_view::npos)
    return bad(field, std::string{tr<"The text is not well-formed UTF-8">()});
  if (has_control(text, lines_allowed)) return bad(field, std::string{tr<"The text has control characters">()});
  return ok();
}

template <class T>
void sort_once(std::vector<T>& items) {
  std::ranges::sort(items);
  items.erase(std::ranges::unique(items).begin(), items.end());
}

Result<std::vector<domain::Sector>> read_sector_slugs(const std::vector<std::string>& slugs) {
  if (slugs.size() > kListMax) return bad("sectors", std::string{tr<"Too many sectors">()});
  std::vector<domain::Sector> sectors;
  for (const auto& each : slugs) {
    const auto all = domain::all_sectors();
    const auto found = std::ranges::find(all, std::string_view{each}, [](auto sector) { return domain::slug(sector); });
    if (found == all.end()) return bad("sectors", tr<"'{}' is no sector">(text::shorten(each, 80)));
    sectors.push_back(*found);
  }
  sort_once(sectors);
  return sectors;
}

Result<std::vector<std::string>> read_countries(const std::vector<std::string>& codes) {
  if (codes.size() > kListMax) return bad("countries", std::string{tr<"Too many countries">()});
  std::vector<std::string> countries;
  for (const auto& each : codes) {
    const auto* country = domain::find_country(each);
    if (country == nullptr) {
      return bad("countries",
                 tr<"'{}' is no country of ISO 3166-1; codes look like DE or JP">(text::shorten(each, 80)));
    }
    countries.emplace_back(country->code);
  }
  sort_once(countries);
  return countries;
}

Result<std::vector<std::string>> read_vendor_keys(const OrganisationInput& input) {
  if (input.vendor_keys.empty()) return std::vector<std::string>{};
  if (input.kind != domain::OrganisationKind::vendor) {
    return bad("vendor_keys", std::string{tr<"Only organisations of kind 'vendor' have vendor keys">()});
  }
  if (input.vendor_keys.size() > kVendorKeysMax) {
    return bad("vendor_keys", tr<"An organisation has at most {} vendor keys">(kVendorKeysMax));
  }
  auto keys = input.vendor_keys;
  for (const auto& each : keys) {
    if (each.size() > kNameBytesMax || text::contains(each, " ") || domain::vendor_key(each) != each) {
      return bad("vendor_keys",
                 tr<"'{}' is no vendor key; they look like 'johnson-controls'">(text::shorten(each, 80)));
    }
  }
  sort_once(keys);
  return keys;
}

Result<std::string> read_homepage(std::string_view given) {
  const auto url = text::trim(given);
  if (url.empty()) return std::string{};
  if (url.size() > kUrlBytesMax) return bad("homepage", tr<"At most {} bytes">(kUrlBytesMax));
  TRY_VOID(check_text(url, "homepage", false));
  const auto lower = text::lower_ascii(url.substr(0, 8));
  const std::size_t scheme = lower.starts_with("https://") ? 8 : lower.starts_with("http://") ? 7 : 0;
  const auto host = scheme == 0 ? std::string_view{} : url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
  if (host.empty() || host.find('@') != std::string_view::npos ||
      url.find_first_of(" \"<>\\^`{|}") != std::string_view::npos) {
    return bad("homepage", std::string{tr<"A homepage looks like https://www.example.org">()});
  }
  return std::string{url};
}

}  // namespace

Result<std::string> one_line(std::string_view given, std::string_view field, std::size_t bytes_min,
                             std::size_t bytes_max) {
  // What is far too long is not even squeezed.
  if (given.size() > 4 * bytes_max + 64) return bad(field, tr<"At most {} bytes">(bytes_max));
  TRY_VOID(check_text(given, field, true));
  auto line = text::squeeze(given);
  if (line.size() < bytes_min) {
    return line.empty() ? bad(field, std::string{tr<"This is needed">()})
                        : bad(field, tr<"At least {} bytes">(bytes_min));
  }
  if (line.size() > bytes_max) return bad(field, tr<"At most {} bytes">(bytes_max));
  if (bytes_min > 0 && text::trim(text::fold(line)).empty())
    return bad(field, std::string{tr<"This needs letters or digits">()});
  return line;
}

Result<std::string> many_lines(std::string_view given, std::string_view field, std::size_t bytes_max) {
  const auto trimmed = text::trim(given);
  if (trimmed.size() > bytes_max) return bad(field, tr<"At most {} bytes">(bytes_max));
  TRY_VOID(check_text(trimmed, field, true));
  return std::string{trimmed};
}

Status read_organisation_input(const OrganisationInput& input, domain::Organisation& into) {
  into.kind = input.kind;
  TRY(into.name, one_line(input.name, "name", 2, kNameBytesMax));
  TRY(into.sectors, read_sector_slugs(input.sectors));
  TRY(into.countries, read_countries(input.countries));
  TRY(into.homepage, read_homepage(input.homepage));
  TRY(into.description, many_lines(input.description, "description", kDescriptionBytesMax));
  TRY(into.vendor_keys, read_vendor_keys(input));
  return ok();
}

Status read_person_input(const PersonInput& input, domain::Person& into) {
  TRY(into.name, one_line(input.name, "name", 1, kNameBytesMax));
  if (const auto folded = domain::folded_email(input.email); !folded) return bad("email", folded.error().message);
  into.email = std::string{text::trim(input.email)};
  if (!input.language.empty()) {
    if (input.language.size() > 35 || !formats::language::check_tag(input.language)) {
      return bad("language", std::string{tr<"A language looks like en or de-CH">()});
    }
  }
  into.language = input.language;
  if (auto zone = find_zone(input.time_zone); !zone) return bad("time_zone", zone.error().message);
  into.time_zone = input.time_zone;
  return ok();
}

Result<domain::OrganisationContact> read_contact(const domain::OrganisationContact& given) {
  const auto roles = domain::contact_roles();
  domain::OrganisationContact contact;
  if (std::ranges::find(roles, given.role) == roles.end()) {
    return bad(
        "role",
        std::string{tr<"A contact is one of security, technical, management, legal, press, around-the-clock">()});
  }
  contact.role = given.role;
  TRY(contact.name, one_line(given.name, "name", 1, kNameBytesMax));
  if (!given.email.empty()) {
    if (const auto folded = domain::folded_email(given.email); !folded) return bad("email", folded.error().message);
    contact.email = std::string{text::trim(given.email)};
  }
  TRY(contact.phone, one_line(given.phone, "phone", 0, kPhoneBytesMax));
  if (!std::ranges::all_of(contact.phone, [](unsigned char c) {
        return (c >= '0' && c <= '9') ||
               std::string_view{"+-()/. x#*"}.find(static_cast<char>(c)) != std::string_view::npos;
      })) {
    return bad("phone", std::string{tr<"A telephone number looks like +49 30 1234567">()});
  }
  if (contact.email.empty() && contact.phone.empty())
    return bad("email", std::string{tr<"A contact has an address or a telephone">()});
  return contact;
}

std::string well_formed_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size()) return {};
  auto uuid = text::lower_ascii(text);
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    const char c = uuid[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (kForm[i] == '-' ? c != '-' : !hex) return {};
  }
  return uuid;
}

std::string write_cursor(const store::NameCursor& cursor) {
  return fmt::format("{}.{}", cursor.id, cursor.folded_name);
}

Result<store::NameCursor> read_cursor(std::string_view text) {
  store::NameCursor cursor;
  if (text.empty()) return cursor;
  const auto* const end = text.data() + text.size();
  const auto [after, failure] = std::from_chars(text.data(), end, cursor.id);
  if (failure != std::errc{} || after == end || *after != '.' || text.size() > 4 * kNameBytesMax) {
    return bad("cursor", std::string{tr<"This is no cursor that a list gave">()});
  }
  cursor.folded_name = std::string{after + 1, end};
  return cursor;
}

Status check_limit(int limit) {
  if (limit < 1 || limit > 200) return bad("limit", std::string{tr<"A page has 1 to 200 rows">()});
  return ok();
}

}  // namespace tocsin::engine::members
