#include "engine/site/site.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/colour.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/input.hpp"
#include "formats/image/image.hpp"
#include "store/site.hpp"

namespace tocsin::engine::site {
namespace {

using domain::Look;
using domain::Permission;

constexpr audit::Action kChange = "setting.change";
constexpr std::size_t kShort = 200;
constexpr std::size_t kLong = 4'000;
/// Old and new values as long as this stand in the audit log; of longer ones it says that they changed.
constexpr std::size_t kShownInLog = 200;

constexpr Field kFields[] = {
    {"site_name", "Tocsin", Kind::line, 100, "Name of the portal", "On every page, in mails and feeds."},
    {"contact", "", Kind::line, 254, "Contact", "Mail address or URL in the footer of every page."},
    {"time_zone", "", Kind::zone, 64, "Time zone", "For people who have not chosen their own, and for visitors."},
    {"language", "", Kind::language, 8, "Language",
     "Of mails to people who have chosen none, and of pages where the browser asks for none of the portal's."},
    {"accent", "", Kind::colour, 7, "Accent colour", "Of links, buttons and edges, such as #0b5d70."},
    {"accent_dark", "", Kind::colour, 7, "Accent colour in the dark look",
     "Empty: the first one, made lighter until it can be read."},
    {"cert.languages", "en", Kind::line, kShort, "Languages", "In which the CERT can be written to: en, de."},
    {"cert.address", "", Kind::lines, kLong, "Postal address", ""},
    {"cert.time_zone", "", Kind::line, kShort, "Time zone in words", "Such as: CET, UTC+1; UTC+2 in summer."},
    {"cert.hours", "", Kind::lines, kLong, "Hours", "When it is reached, and what is done outside these hours."},
    {"cert.constituency", "", Kind::lines, kLong, "Constituency",
     "Whom it serves, beside the sectors and countries of its organisation's profile."},
    {"cert.affiliation", "", Kind::lines, kLong, "Affiliation", "Who pays for it, and which bodies it belongs to."},
    {"cert.authority", "", Kind::lines, kLong, "Authority",
     "What it may demand of its constituency, and by which law."},
    {"cert.incidents", "", Kind::lines, kLong, "Incidents", "Which incidents it helps with, and how far."},
    {"cert.services", "", Kind::lines, kLong, "Services",
     "What it does in an incident: triage, coordination, resolution."},
};

constexpr std::string_view kLogoType = "logo.type", kLogoExtension = "logo.extension", kLogoDigest = "logo.digest";

Result<std::string> read_value(const Field& field, std::string_view given) {
  switch (field.kind) {
    case Kind::line:
      return members::one_line(given, field.name, 0, field.bytes_max);
    case Kind::lines:
      return members::many_lines(given, field.name, field.bytes_max);
    case Kind::zone: {
      const auto name = text::trim(given);
      if (const auto zone = find_zone(name); !zone)
        return Error::invalid(zone.error().message, std::string{field.name});
      return std::string{name};
    }
    case Kind::language: {
      const auto tag = text::trim(given);
      auto language = Language::en;
      if (tag.empty()) return std::string{};
      if (!parse_language(tag, language))
        return Error::invalid(std::string{tr<"The portal speaks en, de and es">()}, std::string{field.name});
      return std::string{tag_of(language)};
    }
    case Kind::colour: {
      if (text::trim(given).empty()) return std::string{};
      const auto look = field.name == "accent" ? Look::light : Look::dark;
      TRY(const auto colour, domain::readable_accent(look, given, field.name));
      return domain::to_string(colour);
    }
  }
  return std::string{};
}

std::string sheet_of(const Values& values) {
  const auto light = domain::parse_colour(values.find("accent")->second);
  auto dark = domain::parse_colour(values.find("accent_dark")->second);
  if (!dark && light) dark = domain::nearest_readable(Look::dark, *light);
  return domain::accent_sheet(light, dark);
}

Site site_of(const Values& stored, const Fixed& fixed) {
  Site site;
  site.fixed = fixed;
  std::string all;
  for (const auto& [name, value] : stored) all += fmt::format("{}\n{}:{}\n", name, value.size(), value);
  site.version = sha256_hex(all).substr(0, 32);
  for (const auto& field : kFields) {
    auto& value = site.values[std::string{field.name}];
    if (const auto set = fixed.values.find(field.name); set != fixed.values.end()) {
      // A colour that cannot be read is not shown, whoever wrote it; `tocsin config check` and the log say so.
      const auto read = read_value(field, set->second);
      if (!read) log::warn("site.setting_ignored", {{"setting", field.name}, {"message", read.error().message}});
      value = read ? *read : std::string{field.built_in};
    } else if (const auto kept = stored.find(field.name); kept != stored.end()) {
      value = kept->second;
    } else {
      value = field.built_in;
    }
  }
  const auto of = [&](std::string_view name) {
    const auto found = stored.find(name);
    return found == stored.end() ? std::string{} : found->second;
  };
  if (auto digest = of(kLogoDigest); !digest.empty()) {
    site.logo = Logo{.media_type = of(kLogoType), .extension = of(kLogoExtension), .digest = std::move(digest)};
  }
  // A zone that the system has lost since: UTC is better than no page.
  auto zone = find_zone(site.text("time_zone"));
  site.zone = zone ? std::move(zone).value() : find_zone("").value();
  site.style_sheet = sheet_of(site.values);
  return site;
}

Result<Site> load_stored(store::Connection& connection, const Fixed& fixed) {
  TRY(const auto stored, store::SiteValues{connection}.all());
  return site_of(stored, fixed);
}

boost::json::value shown(std::string_view value) {
  if (value.size() > kShownInLog) return "a longer text";
  return boost::json::string{value};
}

Status note(store::Connection& connection, const Actor& actor, Timestamp now, const boost::json::object& detail) {
  TRY_VOID(audit::record(connection, actor, now, kChange, "setting:site", domain::kOwnOrganisation,
                         domain::audit::Outcome::done, detail));
  return ok();
}

}  // namespace

std::span<const Field> fields() noexcept { return kFields; }

const Field* find_field(std::string_view name) noexcept {
  const auto* found = std::ranges::find(kFields, name, &Field::name);
  return found == std::end(kFields) ? nullptr : found;
}

const std::string& Site::text(std::string_view name) const {
  const auto found = values.find(name);
  TOCSIN_CHECK(found != values.end());
  return found->second;
}

Result<Site> load(store::Connection& connection, const Fixed& fixed) { return load_stored(connection, fixed); }

Site without_database(const Fixed& fixed) { return site_of({}, fixed); }

Status change(store::Database& database, const Actor& actor, const Values& wanted, const Fixed& fixed,
              std::string_view expected, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  Values read;
  for (const auto& [name, value] : wanted) {
    const auto* field = find_field(name);
    if (field == nullptr) return Error::invalid(tr<"There is no '{}' to set">(text::shorten(name, 64)), name);
    if (fixed.values.contains(name)) {
      const auto where = fixed.where.find(name);
      return Error::conflict(
          tr<"{} sets this, and wins: change it there">(where == fixed.where.end() ? "tocsin.toml" : where->second),
          name);
    }
    TRY(read[name], read_value(*field, value));
  }
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto before, load_stored(connection, {}));
    if (!expected.empty() && expected != before.version) {
      return Error::conflict(
          std::string{tr<"Somebody else has changed these settings meanwhile: look at them again">()}, "version");
    }
    boost::json::object detail;
    store::SiteValues values{connection};
    for (const auto& [name, value] : read) {
      if (before.text(name) == value) continue;
      TRY_VOID(values.put(name, value == find_field(name)->built_in ? std::string_view{} : std::string_view{value}));
      detail[name] = boost::json::object{{"was", shown(before.text(name))}, {"is", shown(value)}};
    }
    if (detail.empty()) return ok();
    return note(connection, actor, now, detail);
  });
}

Status set_logo(store::Database& database, const Actor& actor, std::string_view bytes, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  auto image = formats::image::read_image(bytes);
  if (!image) {
    auto error = std::move(image).error();
    error.where = "logo";
    return error;
  }
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::SiteValues values{connection};
    const auto digest = sha256_hex(image->bytes);
    TRY_VOID(values.put_logo(image->bytes));
    TRY_VOID(values.put(kLogoType, image->media_type));
    TRY_VOID(values.put(kLogoExtension, image->extension));
    TRY_VOID(values.put(kLogoDigest, digest));
    return note(connection, actor, now, {{"logo", digest}, {"type", image->media_type}});
  });
}

Status remove_logo(store::Database& database, const Actor& actor, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::SiteValues values{connection};
    TRY(const auto there, values.logo());
    if (!there) return Error::not_found("logo");
    TRY_VOID(values.put_logo({}));
    for (const auto name : {kLogoType, kLogoExtension, kLogoDigest}) TRY_VOID(values.put(name, {}));
    return note(connection, actor, now, {{"logo", "removed"}});
  });
}

Result<std::optional<std::string>> logo_bytes(store::Database& database) {
  return database.read([](store::Connection& connection) { return store::SiteValues{connection}.logo(); });
}

}  // namespace tocsin::engine::site
