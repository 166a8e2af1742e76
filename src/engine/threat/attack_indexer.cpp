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
#include "store/rows.hpp"

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
constexpr Source kSources[] = {{RecordKind::stix_object, "attack"}, {RecordKind::advisory, "attack.advisories"}};

constexpr int kStepChanges = 4'096;
constexpr std::size_t kReadAtOnce = 512;
/// Of one record. What names more is a catalogue.
constexpr std::size_t kMentionsMax = 5'000;
constexpr std::size_t kIdBytesMax = 600;

struct Tables {
  store::Rows object{Sql{"INSERT INTO attack_object (record_id, attack_id, kind, in_force, version) VALUES "}};
  store::Rows phase{Sql{"INSERT INTO attack_phase (chain, phase, record_id) VALUES "}};
  store::Rows mention{Sql{"INSERT INTO attack_mention (named, record_id, by_id) VALUES "}};

  void append_to(std::vector<Sql>& out) const {
    for (const auto* rows : {&object, &phase, &mention}) rows->append_to(out);
  }
};

/// May an object of this type be one of ATT&CK?
bool may_be_named(std::string_view stix_id) {
  constexpr std::string_view kTypes[] = {"attack-pattern", "intrusion-set", "malware",
                                         "tool",           "campaign",      "course-of-action"};
  const auto type = stix::type_of_id(stix_id);
  return type.starts_with("x-mitre-") || std::ranges::find(kTypes, type) != std::end(kTypes);
}

bool is_storable(std::string_view id) { return id.size() <= kIdBytesMax && id.find('\0') == id.npos; }

class Deriver {
 public:
  explicit Deriver(Tables& tables) : tables_(tables) {}

  void derive(RecordKind kind, std::int64_t record, std::string_view bytes) {
    mentions_.clear();
    const auto root = reader_.read(bytes);
    // What cannot be read is told by those who derive what it says (indexer.cpp, engine/search).
    if (!root) return;
    if (kind == RecordKind::stix_object) {
      of_object(*root, record);
    } else {
      for (const auto [name, value] : root->members()) {
        // Names and order numbers of products look like anything.
        if (name != "product_tree") walk(value, {});
      }
    }
    for (const auto& [named, by] : mentions_) tables_.mention.add("(?, ?, ?)", named, record, by);
  }

 private:
  void of_object(stix::Node object, std::int64_t record) {
    stix::read_facts(object, facts_);
    if (const auto found = attack::read_facts(object, facts_)) {
      tables_.object.add("(?, ?, ?, ?, ?)", record, found->id, found->kind, !facts_.revoked && !found->deprecated,
                         found->version);
      for (const auto& each : found->phases) tables_.phase.add("(?, ?, ?)", each.chain, each.phase, record);
    }
    if (facts_.revoked || attack::is_part(object, facts_)) return;
    const bool relates = facts_.type == "relationship";
    if (relates && (!is_storable(facts_.source_ref) || !is_storable(facts_.target_ref))) return;
    walk(object, relates ? facts_.source_ref : std::string_view{});
    for (const auto& each : facts_.external_references) {
      if (each.source_name.starts_with("mitre") && attack::kind_of_id(each.external_id)) note(each.external_id, {});
    }
    if (relates) {
      if (may_be_named(facts_.target_ref)) note(facts_.target_ref, facts_.source_ref);
      if (may_be_named(facts_.source_ref)) note(facts_.source_ref, facts_.target_ref);
      return;
    }
    for (const auto& each : facts_.references) {
      if (each.property != "created_by_ref" && may_be_named(each.id) && is_storable(each.id)) note(each.id, {});
    }
  }

  /// Every text below.
  void walk(stix::Node node, std::string_view by) {
    if (node.is_string()) {
      for (const auto& id : attack::ids_in(node.text())) note(id, by);
    } else if (node.is_array()) {
      for (const auto each : node.elements()) walk(each, by);
    } else if (node.is_object()) {
      for (const auto [name, value] : node.members()) walk(value, by);
    }
  }
  void note(std::string_view named, std::string_view by) {
    if (mentions_.size() < kMentionsMax) mentions_.emplace(named, by);
  }

  Tables& tables_;
  stix::TapeReader reader_;
  stix::Facts facts_;
  std::set<std::pair<std::string, std::string>> mentions_;
};

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
    Tables tables;
    Deriver deriver{tables};
    // "+": the ids lead to the records. SQLite would go through every record of the kind, once for each question.
    Sql documents{
        "SELECT r.id, d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE "
        "+r.kind = ? AND r.id IN ",
        source.kind};
    documents.append_list(some);
    TRY_VOID(connection.each(documents, [&](const store::Row& row) {
      deriver.derive(source.kind, row.integer(0), row.text(1));
      return ok();
    }));
    tables.append_to(statements);
    TRY_VOID(connection.run_all(statements));
  }
  return changes.set_cursor(source.reader, batch.back().sequence);
}

}  // namespace

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
  statements.emplace_back("DELETE FROM attack_mention WHERE record_id = ?", record);
  statements.emplace_back("DELETE FROM attack_phase WHERE record_id = ?", record);
  statements.emplace_back("DELETE FROM attack_object WHERE record_id = ?", record);
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
