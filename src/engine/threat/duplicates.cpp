#include "engine/threat/duplicates.hpp"

#include <algorithm>
#include <set>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/sharing/sharing.hpp"
#include "engine/threat/author.hpp"
#include "engine/threat/graph.hpp"
#include "engine/threat/report.hpp"
#include "engine/threat/report_parts.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/threat_row.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/versions.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::Audience;
using domain::Record;
using domain::policy::Viewer;
using sharing::Marking;
using store::Sql;

constexpr std::string_view kVerb = "duplicate-of";

/// For those who see either end, as far as markings can say: never for anybody else.
Marking narrower(const Record& a, const Record& b, Timestamp now) {
  auto left = sharing::marking_of(a), right = sharing::marking_of(b);
  Marking out;
  out.tlp = std::max(left.tlp, right.tlp);
  out.status = domain::RecordStatus::published;
  for (const auto& each : {left.embargo_until, right.embargo_until}) {
    if (each && *each > now && (!out.embargo_until || *out.embargo_until < *each)) out.embargo_until = each;
  }
  const auto either = [&](Audience audience) { return left.audience == audience || right.audience == audience; };
  if (either(Audience::owner_only)) {
    out.audience = Audience::owner_only;
  } else if (either(Audience::listed)) {
    out.audience = Audience::listed;
    domain::tidy(left.listed);
    domain::tidy(right.listed);
    if (left.audience != right.audience) {
      const bool is_left = left.audience == Audience::listed;
      out.listed = is_left ? left.listed : right.listed;
      const auto& open = is_left ? right : left;
      // Who is listed by name, or in a community or case by name, need not be a member.
      if (open.audience == Audience::members || open.tlp != domain::Tlp::clear) {
        std::erase_if(out.listed, [](const auto& each) { return each.kind != domain::Grantee::Kind::organisation; });
      }
    } else {
      std::ranges::set_intersection(left.listed, right.listed, std::back_inserter(out.listed));
    }
    if (out.listed.empty()) out.audience = Audience::owner_only;
  } else {
    out.audience = either(Audience::members) ? Audience::members : Audience::everyone;
  }
  return out;
}

struct Said {
  bool is_duplicate = false;
  std::int64_t record = 0;
  std::string via, other;
};
/// Relationships of which the viewer sees both ends; in force.
Result<std::vector<Said>> said_of(store::Connection& connection, const Viewer& viewer, std::string_view id,
                                  bool is_duplicate, Timestamp now) {
  Sql sql{"SELECT e.record_id, e.via, "};
  sql.append(is_duplicate
                 ? Sql{"e.to_id FROM stix_edge e JOIN record r ON r.id = e.record_id WHERE e.from_id = ?", id}
                 : Sql{"e.from_id FROM stix_edge e JOIN record r ON r.id = e.record_id WHERE e.to_id = ?", id});
  sql.append(" AND e.verb = ? AND e.via <> '' AND ", kVerb).append(domain::policy::visible_sql(viewer, now));
  sql.append(" ORDER BY e.record_id LIMIT ?", kSameMax);
  return connection.all(sql, [&](const store::Row& row) {
    return Said{.is_duplicate = is_duplicate, .record = row.integer(0), .via = row.string(1), .other = row.string(2)};
  });
}

/// Under which the viewer's organisation speaks; empty without one.
Result<std::string> own_identity(store::Connection& connection, const Viewer& viewer) {
  if (!viewer.organisation) return std::string{};
  TRY(const auto own, store::Organisations{connection}.find(*viewer.organisation));
  return own ? stix::make_id("identity", own->uuid) : std::string{};
}

/// Says why, and who. What was addressed to others since is left out.
Result<std::optional<SameAs>> told(store::Connection& connection, const Viewer& viewer, const Said& said,
                                   const std::vector<ThreatRow>& seen, std::string_view own, Timestamp now) {
  const auto other = std::ranges::find(seen, said.other, &ThreatRow::id);
  if (other == seen.end()) return std::optional<SameAs>{};
  store::Records records{connection};
  TRY(const auto record, records.load(domain::RecordId{said.record}));
  if (!record) return std::optional<SameAs>{};
  TRY(const auto bytes, records.document(record->id, record->current_revision));
  SameAs out{.is_duplicate = said.is_duplicate, .other = *other, .via = said.via, .reason = {}, .by = {}};
  if (const auto parsed = json::parse(bytes.value_or("{}"))) {
    out.reason = json::string_at(parsed->root(), "description");
    const auto by = std::string{json::string_at(parsed->root(), "created_by_ref")};
    TRY(const auto identity, find_record(connection, viewer, by, now));
    if (identity) out.by = identity->title;
    out.own = viewer.organisation && record->owner == *viewer.organisation && by == own;
  }
  return std::optional{std::move(out)};
}

struct Ends {
  Record object, of;
};
Result<Ends> need_ends(store::Connection& connection, const Actor& actor, std::string_view id, std::string_view typed,
                       Timestamp now) {
  const auto viewer = steady(actor);
  TRY(auto object, find_record(connection, viewer, id, now));
  if (!object) return Error::not_found("threat");
  const auto wrong = [](std::string text) { return Error::invalid(std::move(text), "of"); };
  const auto named = named_object(connection, viewer, typed, now);
  if (!named) return named.error().code == Error::Code::invalid_input ? wrong(named.error().message) : named.error();
  TRY(auto of, find_record(connection, viewer, *named, now));
  if (!of) return wrong(std::string{tr<"There is no such object">()});
  if (of->key == object->key) return wrong(std::string{tr<"An object is not a duplicate of itself">()});
  const auto type = stix::type_of_id(object->key);
  // What is a draft is for few of an organisation, and what is said of it would be for all.
  const bool drafts =
      object->status != domain::RecordStatus::published || of->status != domain::RecordStatus::published;
  if (drafts || !is_node_type(type)) {
    return wrong(std::string{tr<"Of these nothing is the same as another">()});
  }
  if (stix::type_of_id(of->key) != type) {
    return wrong(std::string{tr<"Both have to be of the same type">()});
  }
  return Ends{.object = *std::move(object), .of = *std::move(of)};
}

}  // namespace

void append_is_duplicate(Sql& sql, const Viewer& viewer, Timestamp now) {
  sql.append(
      "EXISTS (SELECT 1 FROM stix_edge e JOIN record r ON r.id = e.record_id WHERE e.from_id = s.stix_id AND e.verb = "
      "? AND e.via <> '' AND ",
      kVerb);
  sql.append(domain::policy::visible_sql(viewer, now));
  sql.append(
      " AND EXISTS (SELECT 1 FROM stix_object o JOIN record r ON r.id = o.record_id WHERE o.stix_id = e.to_id AND ");
  sql.append(domain::policy::visible_sql(viewer, now)).append("))");
}

Status add_duplicates(store::Connection& connection, const Viewer& viewer, std::vector<ThreatRow>& rows,
                      Timestamp now) {
  if (rows.empty()) return ok();
  std::vector<std::int64_t> records;
  for (const auto& row : rows) records.push_back(row.record.value);
  Sql sql{"SELECT s.record_id FROM stix_object s WHERE s.record_id IN "};
  sql.append_list(std::span<const std::int64_t>{records}).append(" AND ");
  append_is_duplicate(sql, viewer, now);
  std::set<std::int64_t> found;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    found.insert(row.integer(0));
    return ok();
  }));
  for (auto& row : rows) row.duplicate = found.contains(row.record.value);
  return ok();
}

Result<Sameness> sameness(store::Connection& connection, const Viewer& viewer, std::string_view stix_id,
                          Timestamp now) {
  Sameness out;
  TRY(auto said, said_of(connection, viewer, stix_id, true, now));
  TRY(auto duplicates, said_of(connection, viewer, stix_id, false, now));
  said.insert(said.end(), duplicates.begin(), duplicates.end());
  if (said.empty()) return out;
  std::set<std::string> ids;
  for (const auto& each : said) ids.insert(each.other);
  const std::vector<std::string> all(ids.begin(), ids.end());
  TRY(const auto seen, among(connection, viewer, all, now));
  TRY(const auto own, own_identity(connection, viewer));
  for (const auto& each : said) {
    if (out.said.size() == static_cast<std::size_t>(kSameMax)) break;
    TRY(auto one, told(connection, viewer, each, seen, own, now));
    if (one) out.said.push_back(*std::move(one));
  }
  std::set<std::string> met;
  for (const auto& each : out.said) {
    if (each.is_duplicate || !met.insert(each.other.id).second) continue;
    TRY(auto edges, edges_of(connection, viewer, each.other.record, each.other.id, now));
    for (auto& edge : edges) {
      const bool within = edge.verb == kVerb || edge.other.id == stix_id || ids.contains(edge.other.id);
      if (within || edge.verb == "created_by_ref") continue;
      if (out.through.size() == kThroughMax) {
        out.more_through = true;
        break;
      }
      out.through.push_back({.duplicate = each.other, .edge = std::move(edge)});
    }
  }
  return out;
}

std::vector<ThreatRow> maybe_same(std::string_view stix_id, const Correlations& correlations, const Sameness& known) {
  std::vector<ThreatRow> out;
  const auto type = stix::type_of_id(stix_id);
  const auto has = [](const auto& list, const std::string& id) {
    return std::ranges::any_of(list, [&](const auto& each) { return each.id == id; });
  };
  for (const auto& shared : correlations.shared) {
    // The domain of two URLs makes no duplicates of them.
    const bool by_value = type != "report" && type != "note" && shared.value.kind != ValueKind::external_id;
    if (shared.value.derived || (shared.value.kind != ValueKind::name && !by_value)) continue;
    for (const auto& each : shared.first) {
      if (out.size() == kCandidatesMax) return out;
      if (each.type != type || each.id == stix_id || each.revoked || has(out, each.id)) continue;
      if (std::ranges::any_of(known.said, [&](const auto& said) { return said.other.id == each.id; })) continue;
      out.push_back(each);
    }
  }
  return out;
}

Result<std::string> say_same(store::Database& database, const Actor& actor, std::string_view stix_id,
                             std::string_view of, std::string_view reason, Timestamp now) {
  TRY_VOID(may_share(actor));
  const auto why = text::trim(reason);
  if (why.empty()) return Error::invalid(std::string{tr<"say why">()}, "reason");
  if (why.size() > kReasonBytesMax) return Error::too_large(tr<"The reason">(), kReasonBytesMax);
  if (text::invalid_utf8_at(why) != why.npos || why.find('\0') != why.npos) {
    return Error::invalid(std::string{tr<"say why">()}, "reason");
  }
  return database.write([&](store::Connection& connection) -> Result<std::string> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto ends, need_ends(connection, actor, stix_id, of, now));
    const auto owner = *actor.viewer.organisation;
    TRY(const auto there, said_of(connection, steady(actor), ends.object.key, true, now));
    TRY(const auto reverse, said_of(connection, steady(actor), ends.object.key, false, now));
    for (const auto* list : {&there, &reverse}) {
      for (const auto& each : *list) {
        if (each.other != ends.of.key) continue;
        TRY(const auto record, store::Records{connection}.load(domain::RecordId{each.record}));
        if (record && record->owner == owner) {
          return Error::conflict(std::string{tr<"Your organisation has said so already">()});
        }
      }
    }
    const auto marking = narrower(ends.object, ends.of, now);
    // What is said belongs to the organisation, so all of it has to see both.
    auto colleague = steady(actor);
    colleague.person.reset();
    colleague.cases_by_name.clear();
    for (const auto* end : {&ends.object, &ends.of}) {
      if (domain::policy::may_see(colleague, domain::policy::facts_of(*end), now)) continue;
      return Error::forbidden(std::string{tr<"You see one of them for your own sake: your colleagues do not">()});
    }
    // Seen by its name alone, one end may be marked higher than what the role reads of its own organisation.
    if (!domain::policy::may_see(steady(actor), sharing::facts_of(owner, marking), now)) {
      return Error::forbidden(std::string{tr<"Your role does not read what is marked as these are">()});
    }
    TRY(const auto by, identity_for(connection, owner, marking, now));
    const auto at = stix::whole_milliseconds(now);
    auto made =
        stix::write_relationship({.id = stix::make_id("relationship", random_uuid()),
                                  .created_by = by,
                                  .created = at,
                                  .modified = at,
                                  .tlp = level_of(marking.tlp)},
                                 {.type = std::string{kVerb}, .source = ends.object.key, .target = ends.of.key});
    made["description"] = why;
    TRY_VOID(put_object(connection, made, fmt::format("relationship {}", kVerb), owner, marking, now));
    TRY_VOID(audit::record(connection, actor, now, "threat.same", audit::object_of(ends.object.id), owner,
                           domain::audit::Outcome::done,
                           {{"id", ends.object.key}, {"of", ends.of.key}, {"reason", why}}));
    return std::string{std::string_view{made.at("id").get_string()}};
  });
}

Status take_back_same(store::Database& database, const Actor& actor, std::string_view stix_id,
                      std::string_view relationship, Timestamp now) {
  TRY_VOID(may_share(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    const auto viewer = steady(actor);
    TRY(const auto object, find_record(connection, viewer, stix_id, now));
    if (!object) return Error::not_found("threat");
    TRY(const auto record, find_record(connection, viewer, relationship, now));
    if (!record || record->owner != *actor.viewer.organisation) return Error::not_found("duplicate");
    TRY(const auto own, own_identity(connection, viewer));
    TRY(const auto bytes, store::Records{connection}.document(record->id, record->current_revision));
    TRY(const auto parsed, json::parse(bytes.value_or("{}")));
    const auto is = [&](std::string_view name, std::string_view value) {
      return json::string_at(parsed.root(), name) == value;
    };
    const bool said = is("created_by_ref", own) && is("relationship_type", kVerb) &&
                      (is("source_ref", object->key) || is("target_ref", object->key));
    const auto* revoked = json::find(parsed.root(), "revoked");
    if (!said || (revoked != nullptr && revoked->is_bool() && revoked->get_bool()))
      return Error::not_found("duplicate");
    TRY_VOID(revoke_object(connection, *record, now));
    TRY_VOID(audit::record(connection, actor, now, "threat.same-withdraw", audit::object_of(object->id), record->owner,
                           domain::audit::Outcome::done, {{"id", object->key}, {"relationship", record->key}}));
    return ok();
  });
}

}  // namespace tocsin::engine::threat
