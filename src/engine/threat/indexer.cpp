#include "engine/threat/indexer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "engine/threat/attack_indexer.hpp"
#include "engine/threat/decay.hpp"
#include "engine/threat/decay_rows.hpp"
#include "engine/threat/graph.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/values.hpp"
#include "engine/threat/vulnerabilities.hpp"
#include "formats/cve/cve.hpp"
#include "formats/cve/cve_id.hpp"
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
/// Of one attribute of MISP, and of all in one object: PostgreSQL takes a megabyte of words.
constexpr std::size_t kAttributeBytesMax = 8'192;
constexpr std::size_t kAttributesBytesMax = std::size_t{256} << 10;
constexpr int kStepChangesMax = 4'096;
/// Objects read at once: large ones must not fill the memory.
constexpr std::size_t kReadAtOnce = 512;
/// Of documents in one step, about: what is derived of them waits in memory.
constexpr std::size_t kStepBytes = std::size_t{16} << 20;

/// Everything derived in one step, by table.
struct Tables {
  store::Rows object{Sql{
      "INSERT INTO stix_object (record_id, stix_id, type, on_lists, name, sort_name, verb, pattern, created, modified, "
      "revoked, confidence, is_family, valid_from, valid_until) VALUES "}};
  store::Rows label{Sql{"INSERT INTO stix_label (label, record_id) VALUES "}};
  store::Rows reference{Sql{"INSERT INTO stix_reference (record_id, property, target_id) VALUES "}};
  store::Rows edge{Sql{"INSERT INTO stix_edge (from_id, to_id, verb, record_id, via) VALUES "}};
  store::Rows time{Sql{"INSERT INTO stix_time (record_id, began, ended) VALUES "}};
  store::Rows vulnerability{Sql{"INSERT INTO stix_vulnerability (cve, record_id, by_id, how) VALUES "}};
  store::Rows decay{Sql{"INSERT INTO stix_decay (record_id, kind, stated, asserted) VALUES "}};
  store::Rows seen{Sql{"INSERT INTO stix_seen (indicator_id, record_id, seen_at) VALUES "}};
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
  std::array<store::Rows*, 9> all() {
    return {&object, &label, &reference, &edge, &time, &vulnerability, &decay, &seen, &text};
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

/// Nearly everything has these, of a few identities: all would be near to all.
bool says_only_who(std::string_view property) {
  return property == "created_by_ref" || property == "x_mitre_modified_by_ref";
}

void append_delete(store::Dialect dialect, std::int64_t record, std::vector<Sql>& out) {
  if (dialect == store::Dialect::postgres) {
    out.emplace_back("DELETE FROM stix_text WHERE record_id = ?", record);
  } else {
    out.emplace_back("DELETE FROM stix_text WHERE rowid = ?", record);
  }
  out.emplace_back("DELETE FROM stix_time WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_edge WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_vulnerability WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_decay WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_seen WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_reference WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_label WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM stix_object WHERE record_id = ?", record);
}

class Deriver {
 public:
  explicit Deriver(Tables& tables) : tables_(tables) {}

  /// What was read of the object, for who derives more of it: until the next. nullopt: it cannot be read.
  std::optional<stix::Node> derive(const domain::Record& record, std::string_view bytes) {
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
    References references;
    for (const auto& each : facts_.references) {
      if (each.id.size() > kIndexedBytesMax || each.property.size() > kIndexedBytesMax) continue;
      if (each.id.find('\0') != each.id.npos || each.property.find('\0') != each.property.npos) continue;
      // Whatever marks an object is told by its record's own marking.
      if (each.property == "object_marking_refs" || each.property == "marking_ref") continue;
      references.emplace(each.property, each.id);
    }
    for (const auto& [property, target] : references) tables_.reference.add("(?, ?, ?)", id, property, target);
    add_edges(record, references);
    if (root) add_time(id, type, *root);
    if (type == "indicator") add_decay(record, root ? *root : stix::Node{});
    if (type == "sighting") add_seen(record);
    tables_.add_text(id, words(record, root ? *root : stix::Node{}));
    if (!root) return std::nullopt;
    add_vulnerabilities(*root, id);
    return *root;
  }
  const stix::Facts& facts() const noexcept { return facts_; }

 private:
  using References = std::set<std::pair<std::string_view, std::string_view>>;
  using Edge = std::tuple<std::string_view, std::string_view, std::string_view>;  ///< From, to, verb.

  void add_edges(const domain::Record& record, const References& references) {
    const auto type = stix::type_of_id(record.key);
    std::set<Edge> edges;
    if (type == "relationship") {
      const auto verb = kept(facts_.relationship_type, kIndexedBytesMax);
      for (const auto& [from, to] : pairs(references, "source_ref", "target_ref")) edges.emplace(from, to, verb);
      if (!facts_.revoked) write_edges(record, edges, record.key);
      return;
    }
    if (type == "sighting") {
      for (const auto* by : {"where_sighted_refs", "observed_data_refs"}) {
        for (const auto& [from, to] : pairs(references, by, "sighting_of_ref")) edges.emplace(from, to, type);
      }
      if (!facts_.revoked) write_edges(record, edges, record.key);
      return;
    }
    if (!is_node_type(type)) return;
    for (const auto& [property, target] : references) {
      if (target == record.key || says_only_who(property) || !is_node_type(stix::type_of_id(target))) continue;
      edges.emplace(record.key, target, property);
    }
    write_edges(record, edges, {});
  }
  static std::vector<std::pair<std::string_view, std::string_view>> pairs(const References& references,
                                                                          std::string_view from, std::string_view to) {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    for (const auto& [property, source] : references) {
      if (property != from) continue;
      for (const auto& [other, target] : references) {
        if (other == to && source != target) out.emplace_back(source, target);
      }
    }
    return out;
  }
  void write_edges(const domain::Record& record, const std::set<Edge>& edges, std::string_view via) {
    for (const auto& [from, to, verb] : edges) {
      tables_.edge.add("(?, ?, ?, ?, ?)", from, to, verb, record.id.value, via);
    }
  }
  void add_time(std::int64_t id, std::string_view type, stix::Node root) {
    auto began = facts_.first_seen;
    auto ended = facts_.last_seen;
    if (type == "report") {
      if (const auto published = parse_rfc3339(root["published"].text())) began = ended = *published;
    }
    if (began || ended) tables_.time.add("(?, ?, ?)", id, began, ended);
  }
  void add_decay(const domain::Record& record, stix::Node root) {
    std::optional<std::int64_t> stated;
    if (facts_.confidence) stated = std::clamp<std::int64_t>(*facts_.confidence, 0, 100);
    const auto asserted = std::max(record.current_release_at, facts_.valid_from.value_or(record.current_release_at));
    tables_.decay.add("(?, ?, ?, ?)", record.id.value, static_cast<std::int64_t>(decay_kind_of(root, facts_)), stated,
                      asserted);
  }
  /// Of 0 times: that it was not seen (STIX 2.1 section 5.2).
  void add_seen(const domain::Record& record) {
    if (facts_.revoked || facts_.count == 0) return;
    const auto at = facts_.last_seen ? *facts_.last_seen : facts_.first_seen.value_or(record.current_release_at);
    for (const auto& each : facts_.references) {
      if (each.property != "sighting_of_ref" || stix::type_of_id(each.id) != "indicator") continue;
      if (each.id.size() > kIndexedBytesMax || each.id.find('\0') != each.id.npos) continue;
      tables_.seen.add("(?, ?, ?)", each.id, record.id.value, at);
      return;
    }
  }
  /// What was taken back says nothing, and markings and translations say nothing of their own.
  void add_vulnerabilities(stix::Node root, std::int64_t record) {
    named_.clear();
    const bool relates = facts_.type == "relationship";
    if (facts_.revoked || (!relates && !is_on_lists(facts_.type))) return;
    std::string_view by;
    if (relates) {
      by = facts_.source_ref;
      if (by.empty() || by.size() > kIndexedBytesMax || by.find('\0') != by.npos) return;
    }
    const bool is_one = facts_.type == "vulnerability";
    if (is_one) note(formats::cve::cve_of(facts_.name), Naming::is);
    for (const auto& each : facts_.external_references) {
      if (text::lower_ascii(each.source_name) != "cve") continue;
      note(formats::cve::cve_of(each.external_id), is_one ? Naming::is : Naming::refers);
    }
    walk(root);
    for (const auto& [cve, how] : named_) {
      tables_.vulnerability.add("(?, ?, ?, ?)", cve, record, by, relates ? Naming::relationship_says : how);
    }
  }
  /// Every text below.
  void walk(stix::Node node) {
    if (node.is_string()) {
      for (auto& id : formats::cve::ids_in(node.text())) note(std::move(id), Naming::says);
    } else if (node.is_array()) {
      for (const auto each : node.elements()) walk(each);
    } else if (node.is_object()) {
      for (const auto [name, value] : node.members()) walk(value);
    }
  }
  void note(std::string cve, Naming how) {
    if (!cve.empty() && named_.size() < formats::cve::kIdsMax) named_.try_emplace(std::move(cve), how);
  }

  const Words& words(const domain::Record& record, stix::Node root) {
    words_.clear();
    add_words(words_, record.title, record.key, facts_);
    // What it was made of, where that is MISP's: by words of value and UUID its clients look for events
    // (misp_search.cpp).
    attribute_bytes_ = 0;
    add_attribute_words(root["x_misp_attribute"]);
    for (const auto each : root["x_misp_object"]["Attribute"].elements()) add_attribute_words(each);
    words_.add(root["x_misp_object"]["uuid"].text());
    return words_;
  }
  void add_attribute_words(stix::Node attribute) {
    for (const auto name : {"value", "uuid"}) {
      const auto text = attribute[std::string_view{name}].text().substr(0, kAttributeBytesMax);
      attribute_bytes_ += text.size();
      if (attribute_bytes_ <= kAttributesBytesMax) words_.add(text);
    }
  }

  Tables& tables_;
  stix::TapeReader reader_;
  stix::Facts facts_;
  std::map<std::string, Naming> named_;
  Words words_;
  std::size_t attribute_bytes_ = 0;
};

/// What one step writes: of all changes behind `from`, up to `to`.
struct Derived {
  std::int64_t from = 0, to = 0, changes = 0;
  /// ATT&CK and values stood at the same change: what they derive is of the same objects, each read once.
  bool all = false;
  std::vector<std::int64_t> records;
  Tables tables;
  AttackOfObjects attack;
  std::vector<store::RecordValues> values;

  explicit Derived(store::Dialect dialect) : tables(dialect) {}
};

constexpr std::string_view kAllReaders[] = {kReader, kAttackReader, kValuesReader};

Result<bool> stand_at(store::Changes& changes, std::int64_t from) {
  for (const auto reader : kAllReaders) {
    TRY(const auto cursor, changes.cursor(reader));
    if (cursor != from) return false;
  }
  return true;
}

/// Writes nothing.
Result<Derived> derive(store::Connection& connection, int changes_max) {
  store::Changes changes{connection};
  Derived out{connection.dialect()};
  TRY(out.from, changes.cursor(kReader));
  TRY(out.all, stand_at(changes, out.from));
  out.to = out.from;
  TRY(const auto batch, changes.after(out.from, changes_max, RecordKind::stix_object));
  Deriver deriver{out.tables};
  std::set<std::int64_t> known;
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < batch.size() && bytes < kStepBytes; at += kReadAtOnce) {
    const auto some = std::span{batch}.subspan(at, std::min(kReadAtOnce, batch.size() - at));
    std::vector<std::int64_t> ids;
    for (const auto& change : some) {
      if (known.insert(change.record.value).second) ids.push_back(change.record.value);
    }
    // "+": the ids lead to the records. SQLite would go through every record of the kind, once for each question.
    Sql documents{"SELECT " TOCSIN_RECORD_COLUMNS
                  ", d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE "
                  "+r.kind = ? AND r.id IN ",
                  RecordKind::stix_object};
    documents.append_list(ids);
    TRY_VOID(connection.each(documents, [&](const store::Row& row) {
      const auto record = store::read_record(row);
      const auto document = row.text(store::kRecordColumns);
      bytes += document.size();
      out.records.push_back(record.id.value);
      const auto root = deriver.derive(record, document);
      if (!out.all) return ok();
      if (root) out.attack.derive(*root, deriver.facts(), record.id.value);
      out.values.push_back(root ? values_of(*root, deriver.facts(), record.id.value)
                                : store::RecordValues{.record = record.id.value, .values = {}});
      return ok();
    }));
    out.to = some.back().sequence;
    out.changes += static_cast<std::int64_t>(some.size());
  }
  return out;
}

/// Does all still stand where it stood when this was derived, and is every record still here? What became of one since
/// is a change behind these.
Result<bool> is_current(store::Connection& connection, const Derived& derived) {
  store::Changes changes{connection};
  TRY(const auto cursor, changes.cursor(kReader));
  if (cursor != derived.from) return false;
  if (derived.all) {
    TRY(const bool together, stand_at(changes, derived.from));
    if (!together) return false;
  }
  std::size_t here = 0;
  for (std::size_t at = 0; at < derived.records.size(); at += kReadAtOnce) {
    const auto some = std::span{derived.records}.subspan(at, std::min(kReadAtOnce, derived.records.size() - at));
    Sql sql{"SELECT id FROM record WHERE id IN "};
    sql.append_list(some);
    TRY_VOID(connection.each(sql, [&](const store::Row&) {
      ++here;
      return ok();
    }));
  }
  return here == derived.records.size();
}

Status write(store::Connection& connection, Derived derived) {
  TRY_VOID(ensure_decay_rules(connection));
  std::vector<Sql> statements;
  for (std::size_t at = 0; at < derived.records.size(); at += kReadAtOnce) {
    const auto some = std::span{derived.records}.subspan(at, std::min(kReadAtOnce, derived.records.size() - at));
    Sql indexed{"SELECT record_id FROM stix_object WHERE record_id IN "};
    indexed.append_list(some);
    TRY_VOID(connection.each(indexed, [&](const store::Row& row) {
      append_delete(connection.dialect(), row.integer(0), statements);
      if (derived.all) append_attack_delete(row.integer(0), statements);
      return ok();
    }));
  }
  TRY_VOID(connection.run_all(statements));
  TRY_VOID(write_rows(connection, derived.tables.all()));
  TRY_VOID(write_rows(connection, derived.attack.all()));
  if (derived.all) TRY_VOID(store::ValueIndex{connection}.put(std::move(derived.values)));
  store::Changes changes{connection};
  for (const auto reader : kAllReaders) {
    if (reader == kReader || derived.all) TRY_VOID(changes.set_cursor(reader, derived.to));
  }
  return ok();
}

}  // namespace

Result<IndexStep> index_step(store::Database& database, int changes_max) {
  const int most = std::clamp(changes_max, 1, kStepChangesMax);
  // Most of the work is done while others may write.
  TRY(auto before, database.read([&](store::Connection& connection) { return derive(connection, most); }));
  if (before.changes == 0) return IndexStep{.changes = 0, .cursor = before.from};
  return database.write([&](store::Connection& connection) -> Result<IndexStep> {
    TRY(const bool current, is_current(connection, before));
    if (current) {
      const IndexStep done{.changes = before.changes, .cursor = before.to};
      TRY_VOID(write(connection, std::move(before)));
      return done;
    }
    TRY(auto again, derive(connection, most));
    const IndexStep done{.changes = again.changes, .cursor = again.to};
    if (again.changes > 0) TRY_VOID(write(connection, std::move(again)));
    return done;
  });
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

Status index_written(store::Database& database) {
  TRY(const auto newest, database.read([](store::Connection& connection) {
    return store::Changes{connection}.newest(RecordKind::stix_object);
  }));
  for (;;) {
    TRY(const auto done, index_step(database));
    if (done.changes == 0 || done.cursor >= newest) return ok();
  }
}

Result<std::int64_t> indexed_until(store::Connection& connection) { return store::Changes{connection}.cursor(kReader); }

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
    statements.emplace_back("DELETE FROM stix_time");
    statements.emplace_back("DELETE FROM stix_edge");
    statements.emplace_back("DELETE FROM stix_vulnerability");
    statements.emplace_back("DELETE FROM stix_decay");
    statements.emplace_back("DELETE FROM stix_seen");
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
