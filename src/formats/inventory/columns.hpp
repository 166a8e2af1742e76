#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/inventory/item.hpp"
#include "formats/inventory/table.hpp"

/// Which column says what: recognised by its name, changeable by a person.
namespace tocsin::formats::inventory {

enum class Field : std::uint8_t {
  none,  ///< Kept as a free column.
  key,
  name,
  vendor,
  family,
  product,
  model,
  hardware,
  version,   ///< Of the thing itself.
  firmware,  ///< Version with the component "firmware".
  software,  ///< Version with the component "software".
  serial,
  cpe,
  purl,
  address,
  site,
  zone,
  conduit,
  purdue_level,
  criticality,
  exposure,
  safety,
  environment,
  production,
  owner,
  next_outage,
  tags,
  hash,  ///< "sha256:00ff...", several separated by ';'.
};
/// "firmware": for forms and mappings that are kept.
std::string_view to_string(Field field) noexcept;
std::optional<Field> parse_field(std::string_view text) noexcept;
/// All but `none`.
std::span<const Field> all_fields() noexcept;

/// What the names of columns mean, in English, German, Spanish and French; a field that may stand once only goes to the
/// column that names it best.
std::vector<Field> recognise_columns(const std::vector<std::string>& headers);

/// What spreadsheets and people write where they know nothing: "", "-", "n/a", "unknown".
bool says_nothing(std::string_view value);
/// Headers that begin so name the component of a version: "version: bootloader".
inline constexpr std::string_view kVersionOf = "version: ";
/// Headers that begin so are free columns whatever follows: "other: site".
inline constexpr std::string_view kFreeColumn = "other: ";

/// Does a column say what the things are: by product, model, name, family, CPE or package URL?
bool name_things(std::span<const Field> columns) noexcept;

/// Rows as items: `columns` has as many fields as the table has headers. `row` counts data rows from 1.
std::vector<Item> items_of(const Table& table, const std::vector<Field>& columns);

/// Values with names that their source chose freely (attributes, details, custom fields), understood like columns: what
/// is not yet said is taken, what is not understood becomes a free column.
void take_named(Item& item, const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace tocsin::formats::inventory
