#include "engine/threat/values.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "formats/stix/shared_values.hpp"
#include "store/changes.hpp"
#include "store/value_index.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::RecordKind;
using store::Sql;

constexpr int kStepChanges = 8'192;
constexpr std::size_t kReadAtOnce = 512;

Result<bool> step(store::Connection& connection) {
  store::Changes changes{connection};
  TRY(const auto cursor, changes.cursor(kValuesReader));
  TRY(const auto batch, changes.after(cursor, kStepChanges, RecordKind::stix_object));
  if (batch.empty()) return false;
  std::set<std::int64_t> distinct;
  for (const auto& change : batch) distinct.insert(change.record.value);
  const std::vector<std::int64_t> ids(distinct.begin(), distinct.end());
  std::vector<store::RecordValues> found;
  found.reserve(ids.size());
  stix::TapeReader reader;
  stix::Facts facts;
  for (std::size_t at = 0; at < ids.size(); at += kReadAtOnce) {
    const auto some = std::span{ids}.subspan(at, std::min(kReadAtOnce, ids.size() - at));
    // "+": the ids lead to the records. SQLite would go through every record of the kind, once for each question.
    Sql documents{
        "SELECT r.id, d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE "
        "+r.kind = ? AND r.id IN ",
        RecordKind::stix_object};
    documents.append_list(some);
    TRY_VOID(connection.each(documents, [&](const store::Row& row) {
      // What cannot be read is told by those who derive what it says (indexer.cpp).
      if (const auto root = reader.read(row.text(1))) {
        stix::read_facts(*root, facts);
        found.push_back(values_of(*root, facts, row.integer(0)));
      } else {
        found.push_back({.record = row.integer(0), .values = {}});
      }
      return ok();
    }));
  }
  TRY_VOID(store::ValueIndex{connection}.put(std::move(found)));
  TRY_VOID(changes.set_cursor(kValuesReader, batch.back().sequence));
  return true;
}

}  // namespace

store::RecordValues values_of(stix::Node root, const stix::Facts& facts, std::int64_t record) {
  store::RecordValues made{.record = record, .values = {}};
  for (const auto& each : stix::shared_values(root, facts)) {
    made.values.push_back(stix::value_key(each.kind, each.text));
  }
  return made;
}

Status index_values(store::Database& database) {
  for (;;) {
    // A look that takes no write lock: most calls find nothing to do.
    TRY(const bool behind, database.read([](store::Connection& connection) -> Result<bool> {
      store::Changes changes{connection};
      TRY(const auto cursor, changes.cursor(kValuesReader));
      TRY(const auto newest, changes.newest(RecordKind::stix_object));
      return newest > cursor;
    }));
    if (!behind) return ok();
    TRY(const bool more, database.write([](store::Connection& connection) { return step(connection); }));
    if (!more) return ok();
  }
}

Status forget_values(store::Connection& connection, domain::RecordId record) {
  TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(kValuesReader));
  return store::ValueIndex{connection}.put({{record.value, {}}});
}

Status reset_values(store::Connection& connection) {
  TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(kValuesReader));
  TRY_VOID(store::ValueIndex{connection}.clear());
  return store::Changes{connection}.set_cursor(kValuesReader, 0);
}

}  // namespace tocsin::engine::threat
