#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/zone.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// How the portal presents itself: name, contact, colours, logo, time zone, and what the CERT says of itself. Kept in
/// the database, so that administrators set it in the portal; what tocsin.toml, environment or command line set wins.
namespace tocsin::engine::site {

using Values = std::map<std::string, std::string, std::less<>>;

enum class Kind { line, lines, colour, zone, language };
struct Field {
  std::string_view name;  ///< As in tocsin.toml: "cert.address".
  std::string_view built_in;
  Kind kind;
  std::size_t bytes_max;
  std::string_view label, hint;
};
/// In the order of forms and lists.
std::span<const Field> fields() noexcept;
const Field* find_field(std::string_view name) noexcept;

/// What does not come from the database, by name.
struct Fixed {
  Values values;
  Values where;  ///< "tocsin.toml:3:1"; for those of `values`.
};

struct Logo {
  std::string media_type, extension;
  std::string digest;  ///< SHA-256, hex.
};

/// As it holds now.
struct Site {
  Values values;  ///< Every field.
  Fixed fixed;
  std::optional<Logo> logo;
  std::shared_ptr<const Zone> zone;
  std::string style_sheet;  ///< Own colours over the portal's; may be empty.
  /// Another whenever what is kept in the database is another: for If-Match.
  std::string version;

  /// Of fields().
  const std::string& text(std::string_view name) const;
  bool is_fixed(std::string_view name) const { return fixed.values.contains(name); }
};

Result<Site> load(store::Connection& connection, const Fixed& fixed);
/// Without a database: what is built in and fixed.
Site without_database(const Fixed& fixed);

/// administer. What `wanted` names is set, the rest stays; an empty value means what is built in. `expected`: a
/// version, or empty. Errors: forbidden; invalid_input with `where` = the field's name, also for a field that there is
/// not; conflict where the field is fixed (where = its name) or the version is another (where = "version").
Status change(store::Database& database, const Actor& actor, const Values& wanted, const Fixed& fixed,
              std::string_view expected, Timestamp now);
/// administer. SVG, PNG, JPEG or WebP (formats/image). Errors: forbidden; invalid_input and too_large, where = "logo".
Status set_logo(store::Database& database, const Actor& actor, std::string_view bytes, Timestamp now);
/// administer. Errors: forbidden; not_found where there is none.
Status remove_logo(store::Database& database, const Actor& actor, Timestamp now);
/// Anyone: it is on every page.
Result<std::optional<std::string>> logo_bytes(store::Database& database);

}  // namespace tocsin::engine::site
