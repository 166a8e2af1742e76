#include "store/site.hpp"

#include "base/encoding.hpp"

namespace tocsin::store {
namespace {

constexpr std::string_view kPrefix = "site/";
/// Base64, so that every tool that shows or moves the table can.
constexpr std::string_view kLogo = "logo/body";

}  // namespace

Result<std::map<std::string, std::string, std::less<>>> SiteValues::all() {
  std::map<std::string, std::string, std::less<>> values;
  TRY_VOID(connection_.each(Sql{"SELECT key, value FROM setting WHERE key LIKE 'site/%'"}, [&](const Row& row) {
    values[row.string(0).substr(kPrefix.size())] = row.string(1);
    return ok();
  }));
  return values;
}

Status SiteValues::put(std::string_view name, std::string_view value) {
  const auto key = std::string{kPrefix} + std::string{name};
  if (value.empty()) {
    TRY_VOID(connection_.run(Sql{"DELETE FROM setting WHERE key = ?", key}));
    return ok();
  }
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key,
          value}));
  return ok();
}

Result<std::optional<std::string>> SiteValues::logo() {
  TRY(const auto text, connection_.first(Sql{"SELECT value FROM setting WHERE key = ?", kLogo},
                                         [](const Row& row) { return row.string(0); }));
  if (!text) return std::optional<std::string>{};
  TRY(auto bytes, base64_decode(*text));
  return std::optional{std::move(bytes)};
}

Status SiteValues::put_logo(std::string_view bytes) {
  if (bytes.empty()) {
    TRY_VOID(connection_.run(Sql{"DELETE FROM setting WHERE key = ?", kLogo}));
    return ok();
  }
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
          kLogo, base64_encode(bytes)}));
  return ok();
}

}  // namespace tocsin::store
