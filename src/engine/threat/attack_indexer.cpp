#include "engine/threat/attack_indexer.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/log.hpp"
#include "formats/attack/attack.hpp"
#include "formats/stix/facts.hpp"
#include "store/changes.hpp"

namespace tocsin::engine::threat {
namespace {

namespace attack = formats::attack;
namespace stix = formats::stix;
using domain::RecordKind;
using store::Sql;

struct Source {
  RecordKind kind;
  std::string_view reader;
};
constexpr Source kSources[] = {{RecordKind::stix_object, kAttackReader}, {RecordKind::advisory, "attack.advisories"}};

constexpr int kStepChanges = 4'096;
constexpr std::size_t kReadAtOnce = 512;
/// Of one record. What names more is a catalogue.
constexpr std::size_t kMentionsMax = 5'000;
constexpr std::size_t kIdBytesMax = 600;

/// May an object of this type be one of ATT&CK?
bool may_be_named(std::string_view stix_id) {
  constexpr std::string_view kTypes[] = {"attack-pattern", "intrusion-set", "malware",
                                         "tool",           "campaign",      "course-of-action"};
  const auto type = stix::type_of_id(stix_id);
  return type.starts_with("x-mitre-") || std::ranges::find(kTypes, type) != std::end(kTypes);
}

bool is_storable(std::string_view id) { return id.size() <= kIdBytesMax && id.find('\0') == id.npos; }

Status step(store::Connection& connection, const Source& source, bool& done) {
  store::Changes changes{connection};
  TRY(const auto cursor, changes.cursor(source.reader));
  TRY(const auto batch, changes.after(cursor, kStepChanges, source.kind));
  done = batch.empty();
  if (done) return ok();
  std::set<std::int64_t> distinct;
  for (const auto& change : batch) distinct.insert(change.record.value);
  const std::vector<std::int64_t> ids(distinct.begin(), distinct.end());
  for (std::size_t at = 0; at < ids.size(); at += kReadAtOnce) {
    const auto some = std::span{ids}.subspan(at, std::min(kReadAtOnce, ids.size() - at));
    std::vector<Sql> statements;
    statements.emplace_back("DELETE FROM attack_mention WHERE record_id IN ").append_list(some);
    statements.emplace_back("DELETE FROM attack_phase WHERE record_id IN ").append_list(some);
    statements.emplace_back("DELETE FROM attack_object WHERE record_id IN ").append_list(some);
    AttackOfObjects deriver;
    stix::TapeReader reader;
    stix::Facts facts;
    // "+": the ids lead to the records. SQLite would go through every record of the kind, once for each question.
    Sql documents{
        "SELECT r.id, d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE "
        "+r.kind = ? AND r.id IN ",
        source.kind};
    documents.append_list(some);
    TRY_VOID(connection.each(documents, [&](const store::Row& row) {
      const auto root = reader.read(row.text(1));
      // What cannot be read is told by those who derive what it says (indexer.cpp, engine/search).
      if (!root) return ok();
      if (source.kind == RecordKind::stix_object) {
        stix::read_facts(*root, facts);
        deriver.derive(*root, facts, row.integer(0));
      } else {
        deriver.derive_advisory(*root, row.integer(0));
      }
      return ok();
    }));
    TRY_VOID(connection.run_all(statements));
    TRY_VOID(write_rows(connection, deriver.all()));
  }
  return changes.set_cursor(source.reader, batch.back().sequence);
}

}  // namespace

void AttackOfObjects::derive(stix::Node object, const stix::Facts& facts, std::int64_t record) {
  mentions_.clear();
  if (const auto found = attack::read_facts(object, facts)) {
    object_.add("(?, ?, ?, ?, ?)", record, found->id, found->kind, !facts.revoked && !found->deprecated,
                found->version);
    for (const auto& each : found->phases) phase_.add("(?, ?, ?)", each.chain, each.phase, record);
  }
  note_named(object, facts);
  add_mentions(record);
}

void AttackOfObjects::derive_advisory(stix::Node advisory, std::int64_t record) {
  mentions_.clear();
  for (const auto [name, value] : advisory.members()) {
    // Names and order numbers of products look like anything.
    if (name != "product_tree") walk(value, {});
  }
  add_mentions(record);
}

void AttackOfObjects::note_named(stix::Node object, const stix::Facts& facts) {
  if (facts.revoked || attack::is_part(object, facts)) return;
  const bool relates = facts.type == "relationship";
  if (relates && (!is_storable(facts.source_ref) || !is_storable(facts.target_ref))) return;
  walk(object, relates ? facts.source_ref : std::string_view{});
  for (const auto& each : facts.external_references) {
    if (each.source_name.starts_with("mitre") && attack::kind_of_id(each.external_id)) note(each.external_id, {});
  }
  if (relates) {
    if (may_be_named(facts.target_ref)) note(facts.target_ref, facts.source_ref);
    if (may_be_named(facts.source_ref)) note(facts.source_ref, facts.target_ref);
    return;
  }
  for (const auto& each : facts.references) {
    if (each.property != "created_by_ref" && may_be_named(each.id) && is_storable(each.id)) note(each.id, {});
  }
}

/// Every text below.
void AttackOfObjects::walk(stix::Node node, std::string_view by) {
  if (node.is_string()) {
    for (const auto& id : attack::ids_in(node.text())) note(id, by);
  } else if (node.is_array()) {
    for (const auto each : node.elements()) walk(each, by);
  } else if (node.is_object()) {
    for (const auto [name, value] : node.members()) walk(value, by);
  }
}

void AttackOfObjects::note(std::string_view named, std::string_view by) {
  if (mentions_.size() < kMentionsMax) mentions_.emplace(named, by);
}

void AttackOfObjects::add_mentions(std::int64_t record) {
  for (const auto& [named, by] : mentions_) mention_.add("(?, ?, ?)", named, record, by);
}

void append_attack_delete(std::int64_t record, std::vector<Sql>& out) {
  out.emplace_back("DELETE FROM attack_mention WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM attack_phase WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM attack_object WHERE record_id = ?", record);
}

Status index_attack(store::Database& database) {
  for (const auto& source : kSources) {
    for (bool done = false; !done;) {
      // A look that takes no write lock: most calls find nothing to do.
      TRY(const bool behind, database.read([&](store::Connection& connection) -> Result<bool> {
        store::Changes changes{connection};
        TRY(const auto cursor, changes.cursor(source.reader));
        TRY(const auto newest, changes.newest(source.kind));
        return newest > cursor;
      }));
      if (!behind) break;
      TRY_VOID(database.write([&](store::Connection& connection) { return step(connection, source, done); }));
    }
  }
  return ok();
}

Status forget_attack(store::Connection& connection, domain::RecordId record) {
  for (const auto& source : kSources) {
    TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(source.reader));
  }
  std::vector<Sql> statements;
  append_attack_delete(record.value, statements);
  return connection.run_all(statements);
}

Status reset_attack(store::Connection& connection) {
  for (const auto& source : kSources) {
    TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(source.reader));
  }
  std::vector<Sql> statements;
  statements.emplace_back("DELETE FROM attack_mention");
  statements.emplace_back("DELETE FROM attack_phase");
  statements.emplace_back("DELETE FROM attack_object");
  TRY_VOID(connection.run_all(statements));
  for (const auto& source : kSources) TRY_VOID(store::Changes{connection}.set_cursor(source.reader, 0));
  return ok();
}

}  // namespace tocsin::engine::threat
