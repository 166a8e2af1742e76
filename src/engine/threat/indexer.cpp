#include "engine/threat/indexer.hpp"

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "base/text.hpp"
#include "engine/threat/attack_indexer.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/values.hpp"
#include "formats/stix/facts.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/rows.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::RecordKind;
using store::Sql;

constexpr std::string_view kReader = "threat";
/// Texts that stand in an index: PostgreSQL takes 2,704 bytes there.
constexpr std::size_t kIndexedBytesMax = 600;
constexpr std::size_t kNameBytesMax = 1'000;
/// On lists and pages; the whole stands in the object.
constexpr std::size_t kPatternBytesMax = 4'000;
constexpr int kStepChangesMax = 4'096;
/// Objects read at once: large ones must not fill the memory.
constexpr std::size_t kReadAtOnce = 512;

/// Everything derived in one step, by table.
struct Tables {
  store::Rows object{Sql{
      "INSERT INTO stix_object (record_id, stix_id, type, on_lists, name, sort_name, verb, pattern, created, modified, "
      "revoked, confidence, is_family, valid_from, valid_until) VALUES "}};
  store::Rows label{Sql{"INSERT INTO stix_label (label, record_id) VALUES "}};
  store::Rows reference{Sql{"INSERT INTO stix_reference (record_id, property, target_id) VALUES "}};
  store::Rows text;

  explicit Tables(store::Dialect dialect)
      : text(dialect == store::Dialect::postgres ? Sql{"INSERT INTO stix_text (record_id, terms) VALUES "}
                                                 : Sql{"INSERT INTO stix_text (rowid, terms) VALUES "}),
        dialect_(dialect) {}

  void add_text(std::int64_t record, const Words& words) {
    if (dialect_ == store::Dialect::postgres) {
      text.add("(?, CAST(? AS tsvector))", record, words.write(dialect_));
    } else {
      text.add("(?, ?)", record, words.write(dialect_));
    }
  }
  void append_to(std::vector<Sql>& out) const {
    for (const auto* rows : {&object, &label, &reference, &text}) rows->append_to(out);
  }

 private:
  store::Dialect dialect_;
};

/// PostgreSQL's texts have no zeros, and one object must not stop the index of all.
std::string kept(std::string_view text, std::size_t bytes_max) {
  std::string out{text.substr(0, text.find('\0'))};
  return out.size() > bytes_max ? text::shorten(out, bytes_max) : out;
}

bool is_on_lists(std::string_view type) {
  return type != "relationship" && type != "marking-definition" && type != "language-content" &&
         type != "extension-definition";
}

void append_delete(store::Dialect dialect, std::int64_t record, std::vector<Sql>& out) {
  if (dialect == store::Dialect::postgres) {
    out.emplace_back("DELETE FROM stix_text WHERE record_id = ?", record);
  } else {
    out.emplace_back("DELETE FROM stix_text WHERE rowid = ?", record);
  }
  out.emplace_back("DELETE FROM stix_reference WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_label WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_object WHERE record_id = ?", record);
}

class Deriver {
 public:
  explicit Deriver(Tables& tables) : tables_(tables) {}

  void derive(const domain::Record& record, std::string_view bytes) {
    const auto root = reader_.read(bytes);
    if (root) {
      stix::read_facts(*root, facts_);
    } else {
      // The feed never stops at one: it is known by its header then.
      facts_.clear();
      log::error("threat.unreadable", {{"record", record.id.value}, {"reason", root.error().to_string()}});
    }
    const auto id = record.id.value;
    const auto type = stix::type_of_id(record.key);
    std::optional<std::int64_t> is_family;
    if (root && (*root)["is_family"].is_boolean()) is_family = (*root)["is_family"].is_true() ? 1 : 0;
    tables_.object.add("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id, record.key, type, is_on_lists(type),
                       kept(record.title, kNameBytesMax), kept(text::fold(record.title), kIndexedBytesMax),
                       kept(facts_.relationship_type, kIndexedBytesMax), kept(facts_.pattern, kPatternBytesMax),
                       record.initial_release_at, record.current_release_at, facts_.revoked, facts_.confidence,
                       is_family, facts_.valid_from, facts_.valid_until);
    std::set<std::string> labels;
    for (const auto* list : {&facts_.labels, &facts_.types}) {
      for (const auto each : *list) labels.insert(kept(text::fold(each), kIndexedBytesMax));
    }
    for (const auto& each : labels) tables_.label.add("(?, ?)", each, id);
    std::set<std::pair<std::string_view, std::string_view>> references;
    for (const auto& each : facts_.references) {
      if (each.id.size() > kIndexedBytesMax || each.property.size() > kIndexedBytesMax) continue;
      if (each.id.find('\0') != each.id.npos || each.property.find('\0') != each.property.npos) continue;
      // Whatever marks an object is told by its record's own marking.
      if (each.property == "object_marking_refs" || each.property == "marking_ref") continue;
      references.emplace(each.property, each.id);
    }
    for (const auto& [property, target] : references) tables_.reference.add("(?, ?, ?)", id, property, target);
    tables_.add_text(id, words(record));
  }

 private:
  const Words& words(const domain::Record& record) {
    words_.clear();
    add_words(words_, record.title, record.key, facts_);
    return words_;
  }

  Tables& tables_;
  stix::TapeReader reader_;
  stix::Facts facts_;
  Words words_;
};

Result<IndexStep> step(store::Connection& connection, int changes_max) {
  store::Changes changes{connection};
  IndexStep result;
  TRY(result.cursor, changes.cursor(kReader));
  TRY(const auto batch, changes.after(result.cursor, changes_max, RecordKind::stix_object));
  if (batch.empty()) return result;
  std::set<std::int64_t> distinct;
  for (const auto& change : batch) distinct.insert(change.record.value);
  const std::vector<std::int64_t> ids(distinct.begin(), distinct.end());
  std::vector<Sql> statements;
  for (std::size_t at = 0; at < ids.size(); at += kReadAtOnce) {
    const auto some = std::span{ids}.subspan(at, std::min(kReadAtOnce, ids.size() - at));
    statements.clear();
    Sql indexed{"SELECT record_id FROM stix_object WHERE record_id IN "};
    indexed.append_list(some);
    TRY_VOID(connection.each(indexed, [&](const store::Row& row) {
      append_delete(connection.dialect(), row.integer(0), statements);
      return ok();
    }));
    Tables tables{connection.dialect()};
    Deriver deriver{tables};
    // "+": the ids lead to the records. SQLite would go through every record of the kind, once for each question.
    Sql documents{"SELECT " TOCSIN_RECORD_COLUMNS
                  ", d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE "
                  "+r.kind = ? AND r.id IN ",
                  RecordKind::stix_object};
    documents.append_list(some);
    TRY_VOID(connection.each(documents, [&](const store::Row& row) {
      deriver.derive(store::read_record(row), row.text(store::kRecordColumns));
      return ok();
    }));
    tables.append_to(statements);
    TRY_VOID(connection.run_all(statements));
  }
  result.changes = static_cast<std::int64_t>(batch.size());
  result.cursor = batch.back().sequence;
  TRY_VOID(changes.set_cursor(kReader, result.cursor));
  return result;
}

}  // namespace

Result<IndexStep> index_step(store::Database& database, int changes_max) {
  const int most = std::clamp(changes_max, 1, kStepChangesMax);
  return database.write([&](store::Connection& connection) { return step(connection, most); });
}

Status index_all(store::Database& database, const std::function<void(const IndexStep&)>& progress) {
  for (;;) {
    // A look that takes no write lock: most calls find nothing to do.
    TRY(const bool behind, database.read([](store::Connection& connection) -> Result<bool> {
      store::Changes changes{connection};
      TRY(const auto cursor, changes.cursor(kReader));
      TRY(const auto newest, changes.newest(RecordKind::stix_object));
      return newest > cursor;
    }));
    if (!behind) break;
    TRY(const auto done, index_step(database));
    if (progress) progress(done);
    if (done.changes == 0) break;
  }
  TRY_VOID(index_attack(database));
  return index_values(database);
}

Status forget_record(store::Connection& connection, domain::RecordId record) {
  TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(kReader));
  std::vector<Sql> statements;
  append_delete(connection.dialect(), record.value, statements);
  TRY_VOID(connection.run_all(statements));
  TRY_VOID(forget_attack(connection, record));
  return forget_values(connection, record);
}

Status reset_index(store::Database& database) {
  return database.write([](store::Connection& connection) -> Status {
    TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(kReader));
    std::vector<Sql> statements;
    statements.emplace_back("DELETE FROM stix_text");
    statements.emplace_back("DELETE FROM stix_reference");
    statements.emplace_back("DELETE FROM stix_label");
    statements.emplace_back("DELETE FROM stix_object");
    TRY_VOID(connection.run_all(statements));
    TRY_VOID(store::Changes{connection}.set_cursor(kReader, 0));
    TRY_VOID(reset_attack(connection));
    return reset_values(connection);
  });
}

}  // namespace tocsin::engine::threat
