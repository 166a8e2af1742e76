#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/members/actor.hpp"
#include "formats/inventory/columns.hpp"
#include "formats/inventory/read.hpp"
#include "formats/inventory/table.hpp"
#include "store/assets.hpp"
#include "store/boms.hpp"
#include "store/database.hpp"
#include "store/inventory_parts.hpp"

/// What organisations have in their plants. Private to each: its people read it (read_inventory) and those with a
/// working role change it (edit_inventory); the CERT reads what it was granted and no more; the console everything.
/// Every write and every export is audited, without what the assets are. Errors: forbidden; not_found, also for what
/// the actor may not know of; invalid_input with `where` = the field; conflict where another version was seen.
namespace tocsin::engine::inventory {

/// Whose inventory an actor looks into, and how much of it.
struct Access {
  domain::OrganisationId organisation;
  std::string organisation_name = {};
  std::optional<std::vector<std::string>> sites = {};  ///< Granted ones; absent: all.
  bool granted = false;                                ///< Another organisation's, by its grant.
  bool may_edit = false;
};
/// `whose`: absent, the one that the actor acts for. Writes an audit entry where it is granted.
Result<Access> access(store::Database& database, const Actor& actor, std::optional<domain::OrganisationId> whose,
                      Timestamp now);
/// Is what access() gave still open, while a file is being sent? For whoever the actor is now: whether they still are
/// is not asked. Errors: not_found where a grant was taken back.
Status still_open(store::Database& database, const Actor& actor, const Access& access);

// --- looking ---
struct ListInput {
  std::string words = {};
  std::string vendor = {}, zone = {}, exposure = {}, criticality = {};
  std::optional<std::string> site = {};
  store::AssetSort sort = store::AssetSort::label;
  int limit = 50;  ///< 1..200
  std::string cursor = {};
};
struct AssetPage {
  std::vector<store::Asset> rows;
  std::int64_t total = 0;
  std::string next_cursor;
};
std::string_view to_string(store::AssetSort sort) noexcept;
std::optional<store::AssetSort> parse_sort(std::string_view text) noexcept;
Result<AssetPage> list(store::Database& database, const Access& access, const ListInput& input);
/// Values that filters offer, at most 200 each.
struct FilterValues {
  std::vector<std::string> vendors, sites, zones, exposures, criticalities;
};
Result<FilterValues> filter_values(store::Database& database, const Access& access);
Result<std::optional<store::Asset>> find(store::Database& database, const Access& access, std::int64_t id);
/// Another whenever the asset is another: for If-Match.
std::string version_of(const store::Asset& asset);
inline constexpr std::size_t kFieldBytesMax = 500;
inline constexpr std::size_t kListMax = 100;

// --- changing one ---
/// Returns its number.
Result<std::int64_t> add(store::Database& database, const Actor& actor, formats::inventory::Item item, Timestamp now);
Status change(store::Database& database, const Actor& actor, std::int64_t id, formats::inventory::Item item,
              Timestamp now, std::string_view expected = {});
Status remove(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now,
              std::string_view expected = {});

// --- importing ---
/// What an upload by page or API may have; the command line reads larger files.
inline constexpr std::size_t kUploadBytesMax = std::size_t{32} << 20;

/// A file, read: what its columns are taken for can be changed before it becomes items.
struct Reading {
  formats::inventory::Kind kind = formats::inventory::Kind::table;
  std::vector<formats::inventory::Item> items;     ///< Of what has no columns: bills of materials, scans.
  formats::inventory::Table table;                 ///< Of tables and workbooks.
  std::vector<formats::inventory::Field> columns;  ///< Remembered ones first, then recognised ones.
  std::string bom;  ///< Of a bill of materials: under which name its components belong together.
};
/// Whatever formats/inventory reads; `name` is the file's, for recognising. Remembers nothing. A bill of materials is
/// called `bom`, else what it says that it is of, else as its file; the keys of its components begin with that, so that
/// those of two products stay two. Errors: those of formats::inventory::read_contents().
Result<Reading> read_file(store::Database& database, domain::OrganisationId organisation, std::string_view bytes,
                          std::string_view name = {}, std::string_view bom = {});
/// Errors: invalid_input where no column names what things are.
Status check_columns(const Reading& reading);
/// Of tables, `row` is the line or row in the file.
std::vector<formats::inventory::Item> items_of(const Reading& reading);

struct ImportOptions {
  bool keep_good_rows = false;  ///< Rows with errors are left out; else one error refuses all.
  bool remove_missing = false;  ///< Assets that are not in the file go.
  std::string file_name = {};   ///< Kept with a bill of materials.
  std::string bom = {};         ///< Reading::bom: what is imported are its components, instead of those before.
  formats::inventory::Kind kind = formats::inventory::Kind::table;
  std::string expected_digest = {};  ///< Of the difference that was shown; conflict where it is another now.
};
struct RowError {
  std::size_t row = 0;  ///< As items_of() counts: of tables the line or row in the file, from 1.
  std::string message;
};
struct FieldChange {
  std::string_view field;  ///< formats::inventory::to_string, or "others", "versions".
  std::string before, after;
};
struct ChangedAsset {
  std::int64_t id = 0;
  std::string label;
  std::vector<FieldChange> fields;
};
/// What an import does, or would do. Lists hold the first kDifferenceShown.
inline constexpr std::size_t kDifferenceShown = 100;
struct Difference {
  std::size_t rows = 0, added = 0, changed = 0, unchanged = 0, missing = 0, removed = 0, bad = 0;
  std::vector<std::string> added_labels;
  std::vector<ChangedAsset> changed_assets;
  std::vector<std::string> missing_labels;
  std::vector<RowError> errors;
  std::string digest;  ///< Equal where the same would be done.
};
/// Compares without changing anything.
Result<Difference> compare(store::Database& database, const Actor& actor, std::vector<formats::inventory::Item> items,
                           const ImportOptions& options);
/// One transaction. Errors: invalid_input where rows are bad and were not to be left out, with the first of them.
Result<Difference> import(store::Database& database, const Actor& actor, std::vector<formats::inventory::Item> items,
                          const ImportOptions& options, Timestamp now);
/// So that the next file of the same kind needs no mapping.
Status remember_columns(store::Database& database, const Actor& actor, const Reading& reading, Timestamp now);

/// A file waits for its confirmation, for its sender only, a day at most. Returns its name.
Result<std::string> keep_upload(store::Database& database, const Actor& actor, std::string_view file_name,
                                std::string_view bytes, Timestamp now);
Result<std::optional<store::InventoryUpload>> find_upload(store::Database& database, const Actor& actor,
                                                          std::string_view id);
Status drop_upload(store::Database& database, const Actor& actor, std::string_view id);

// --- bills of materials ---
/// By name, at most 1,000, as far as the access goes.
Result<std::vector<store::Bom>> boms(store::Database& database, const Access& access);
/// Those in which an asset stands.
Result<std::vector<store::Bom>> boms_of(store::Database& database, const Access& access, std::int64_t asset);
/// edit_inventory. `components`: the assets that stand in no other go with it. Returns how many went.
Result<std::int64_t> remove_bom(store::Database& database, const Actor& actor, std::int64_t bom, bool components,
                                Timestamp now);

// --- exporting ---
enum class ExportAs {
  csv,
  xlsx,
  cyclonedx  ///< 1.6, JSON: formats::inventory::CycloneDxStream.
};
/// A file that is read back to the same assets; in pieces, so that no inventory is in memory as a whole.
/// Audited. Errors: as FileExport (export.hpp).
Status export_file(store::Database& database, const Actor& actor, const Access& access, ExportAs as,
                   const std::function<Status(std::string_view)>& write, Timestamp now);

// --- granting the CERT to read ---
/// edit_inventory. `site` empty: everything.
Result<std::int64_t> grant(store::Database& database, const Actor& actor, std::string_view site,
                           std::string_view reason, Timestamp now);
Status revoke(store::Database& database, const Actor& actor, std::int64_t grant, Timestamp now);
/// Of the organisation acted for, newest first.
Result<std::vector<store::InventoryGrant>> grants(store::Database& database, const Actor& actor);
/// What the CERT's people may read of others; empty for everybody else.
Result<std::vector<store::InventoryGrant>> granted_to(store::Database& database, const Actor& actor);

}  // namespace tocsin::engine::inventory
