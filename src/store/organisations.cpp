#include "store/organisations.hpp"

#include "base/ids.hpp"
#include "base/text.hpp"
#include "store/changes.hpp"

namespace tocsin::store {
namespace {

template <class Items, class Text>
std::string joined(const Items& items, Text text_of) {
  std::string text;
  for (const auto& each : items) {
    if (!text.empty()) text += ' ';
    text += text_of(each);
  }
  return text;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (const auto part : text::split(text, ' ')) parts.emplace_back(part);
  return parts;
}

std::string sectors_text(const domain::Organisation& organisation) {
  return joined(organisation.sectors, [](domain::Sector each) { return domain::slug(each); });
}
std::string words_text(const std::vector<std::string>& texts) {
  return joined(texts, [](const std::string& each) { return std::string_view{each}; });
}

Error name_taken() { return Error::conflict("An organisation of this name is known already", "name"); }

/// The index that holds names apart answers for two who write at once.
template <class T>
Result<T> or_name_taken(Result<T> result) {
  if (!result && result.error().code == Error::Code::conflict) return name_taken();
  return result;
}

void narrow(Sql& sql, const OrganisationQuery& query) {
  if (!query.folded_text.empty()) sql.append(" AND o.folded_name LIKE ? ESCAPE '!'", like_part(query.folded_text));
  if (query.kind) sql.append(" AND o.kind = ?", *query.kind);
  if (query.status) sql.append(" AND o.status = ?", *query.status);
}

}  // namespace

std::string like_part(std::string_view folded_text) {
  std::string pattern = "%";
  for (const char c : folded_text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + '%';
}

domain::Organisation read_organisation(const Row& row, int first_column) {
  domain::Organisation read;
  read.id = {row.integer(first_column)};
  read.kind = static_cast<domain::OrganisationKind>(row.integer(first_column + 1));
  read.status = static_cast<domain::OrganisationStatus>(row.integer(first_column + 2));
  read.name = row.string(first_column + 3);
  read.uuid = row.string(first_column + 4);
  for (const auto& each : words(row.text(first_column + 5))) {
    if (const auto sector = domain::parse_sector(each)) read.sectors.push_back(*sector);
  }
  read.countries = words(row.text(first_column + 6));
  read.homepage = row.string(first_column + 7);
  read.description = row.string(first_column + 8);
  read.vendor_keys = words(row.text(first_column + 9));
  read.created_at = row.time(first_column + 10);
  return read;
}

Status Organisations::ensure_own(std::string_view name, Timestamp now) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO organisation (id, kind, name, created_at) VALUES (?, ?, ?, ?) "
                          "ON CONFLICT (id) DO NOTHING",
                          domain::kOwnOrganisation, domain::OrganisationKind::cert, name, now}));
  return complete_own();
}

Status Organisations::complete_own() {
  TRY(const auto name,
      connection_.first(Sql{"SELECT name FROM organisation WHERE id = ? AND uuid = ''", domain::kOwnOrganisation},
                        [](const Row& row) { return row.string(0); }));
  if (!name) return ok();
  TRY_VOID(connection_.run(Sql{"UPDATE organisation SET uuid = ?, folded_name = ? WHERE id = ? AND uuid = ''",
                               random_uuid(), text::fold(*name), domain::kOwnOrganisation}));
  return ok();
}

Result<std::optional<domain::Organisation>> Organisations::find(domain::OrganisationId id) {
  return connection_.first(Sql{"SELECT id, kind, name, created_at FROM organisation WHERE id = ?", id},
                           [](const Row& row) {
                             domain::Organisation found;
                             found.id = {row.integer(0)};
                             found.kind = static_cast<domain::OrganisationKind>(row.integer(1));
                             found.name = row.string(2);
                             found.created_at = row.time(3);
                             return found;
                           });
}

}  // namespace tocsin::store
