#include "store/api_tokens.hpp"

#include "base/text.hpp"

namespace tocsin::store {
namespace {

// Scopes and networks have no blanks, so a blank parts them.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}
std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> words;
  for (const auto word : text::split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

ApiToken token_of(const Row& row) {
  return {.id = row.integer(0),
          .kind = static_cast<ApiTokenKind>(row.integer(12)),
          .token_hash = row.string(1),
          .subject = row.string(13),
          .person = {row.integer(2)},
          .organisation = {row.integer(3)},
          .name = row.string(4),
          .scopes = parted(row.text(5)),
          .networks = parted(row.text(6)),
          .created_at = row.time(7),
          .expires_at = row.time(8),
          .last_used_at = row.optional_time(9),
          .last_used_address = row.string(10),
          .revoked_at = row.optional_time(11)};
}
Sql select() {
  return Sql{
      "SELECT id, token_hash, person_id, organisation_id, name, scopes, networks, created_at, expires_at, "
      "last_used_at, last_used_address, revoked_at, kind, subject FROM api_token"};
}

}  // namespace

Result<std::int64_t> ApiTokens::add(const ApiToken& token) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO api_token (token_hash, person_id, organisation_id, name, scopes, networks, created_at, "
              "expires_at, last_used_address, kind, subject) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?) RETURNING id",
              token.token_hash, token.person, token.organisation, token.name, joined(token.scopes),
              joined(token.networks), token.created_at, token.expires_at, token.kind, token.subject},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<ApiToken>> ApiTokens::find(ApiTokenKind kind, std::string_view token_hash) {
  return connection_.first(select().append(" WHERE kind = ? AND token_hash = ?", kind, token_hash), token_of);
}

Result<std::vector<ApiToken>> ApiTokens::of(domain::PersonId person) {
  return connection_.all(select().append(" WHERE person_id = ? ORDER BY created_at DESC, id DESC", person), token_of);
}

Result<std::int64_t> ApiTokens::count_valid(domain::PersonId person, Timestamp now) {
  TRY(const auto count,
      connection_.first(
          Sql{"SELECT COUNT(*) FROM api_token WHERE person_id = ? AND revoked_at IS NULL AND expires_at > ?", person,
              now},
          [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Status ApiTokens::used(std::int64_t id, std::string_view address, Timestamp now) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE api_token SET last_used_at = ?, last_used_address = ? WHERE id = ?", now, address, id}));
  return ok();
}

Result<std::int64_t> ApiTokens::revoke(domain::PersonId person, std::int64_t id, Timestamp now) {
  return connection_.run(Sql{
      "UPDATE api_token SET revoked_at = ? WHERE person_id = ? AND id = ? AND revoked_at IS NULL", now, person, id});
}

}  // namespace tocsin::store
