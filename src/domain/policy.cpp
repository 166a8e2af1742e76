#include "domain/policy.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tocsin::domain::policy {
namespace {

// The rules, in the order in which they are asked. Both forms below follow it; docs/policy.md says it for readers.
//
//   1. The owner's people see what their organisation owns, up to what their role reads. Drafts are for those who edit
//      (analyst and handlers), RED for handlers (coordinators). An embargo does not bind the owner.
//   2. Nobody else sees drafts, or what is under embargo.
//   3. everyone:   CLEAR for all, GREEN for members.
//      members:    up to AMBER+STRICT for members: each member organisation is a recipient.
//      owner_only: nobody else.
//      listed:     RED for listed people, and people who take part in a listed case by name; AMBER+STRICT and wider for
//                  listed organisations, communities and organisations of a listed case too; AMBER and wider also for
//                  the clients of a listed organisation. An empty list reaches nobody.
//   4. An auditor's role reads what is public and nothing else, an administrator's nothing above GREEN - unless, for
//      the administrator, the owner listed that very person or a case in which they take part by name.
//   5. What none of these shows is seen by who broke the glass over this very record, until that ends: a draft and what
//      is under embargo as well, with its history.

constexpr auto kNumber = [](auto each) { return static_cast<std::int64_t>(each); };

/// Widest and narrowest that a set of roles reads for its organisation.
struct Reading {
  bool member = false;               ///< Is a member at all.
  Tlp tlp_max = Tlp::clear;          ///< By virtue of the organisation.
  bool drafts = false, red = false;  ///< Of their own organisation.
  bool by_name = true;               ///< What is addressed to the person.
};

Reading reading_of(const Viewer& viewer) noexcept {
  using enum Role;
  Reading reading;
  const auto has = [&](Role role) { return viewer.organisation.has_value() && viewer.roles.has(role); };
  const bool handler = has(coordinator) || has(vendor_coordinator);
  const bool staff = handler || has(analyst) || has(organisation_administrator);
  if (!staff && has(auditor)) {
    reading.by_name = false;
    return reading;
  }
  if (!viewer.organisation) return reading;
  reading.member = true;
  reading.tlp_max = !staff && has(administrator) ? Tlp::green : Tlp::amber_strict;
  reading.drafts = handler || has(analyst);
  reading.red = handler;
  return reading;
}

/// Narrowest marking that an addressee of this kind may be given.
Tlp reach_of(Grantee::Kind kind) noexcept { return kind == Grantee::Kind::person ? Tlp::red : Tlp::amber_strict; }

bool in(const std::vector<Grantee>& listed, Grantee::Kind kind, std::int64_t id) noexcept {
  return std::ranges::binary_search(listed, Grantee{kind, id});
}

Decision seen(Reason reason) noexcept { return {true, reason, {}}; }
Decision seen(Reason reason, Grantee through) noexcept { return {true, reason, through}; }
Decision hidden(Reason reason) noexcept { return {false, reason, {}}; }

/// Reached as themselves, not as one of an organisation: listed, or in a listed case by name.
std::optional<Grantee> by_name(const Viewer& viewer, const Reading& reading, const Facts& facts) noexcept {
  if (!reading.by_name || !viewer.person || facts.audience != Audience::listed) return std::nullopt;
  if (in(facts.listed, Grantee::Kind::person, viewer.person->value)) {
    return Grantee{Grantee::Kind::person, viewer.person->value};
  }
  for (const auto each : viewer.cases_by_name) {
    if (in(facts.listed, Grantee::Kind::case_file, each.value)) return Grantee{Grantee::Kind::case_file, each.value};
  }
  return std::nullopt;
}

Decision seen_by_name(const Grantee& through) noexcept {
  return seen(through.kind == Grantee::Kind::person ? Reason::named_person : Reason::case_participant, through);
}

Decision decide_own(const Viewer& viewer, const Reading& reading, const Facts& facts) noexcept {
  // Listed by name, a person sees their organisation's RED like anybody's; drafts are work, and stay with those at
  // work.
  if (facts.status == RecordStatus::draft && !reading.drafts) return hidden(Reason::draft);
  if (facts.tlp == Tlp::red) {
    if (reading.red) return seen(Reason::own_handler);
  } else if (facts.tlp <= reading.tlp_max) {
    return seen(facts.status == RecordStatus::draft ? Reason::own_handler : Reason::own_organisation);
  }
  if (const auto named = by_name(viewer, reading, facts)) return seen_by_name(*named);
  return hidden(facts.tlp == Tlp::red ? Reason::marking : Reason::role_reads_none);
}

Decision decide_listed(const Viewer& viewer, const Reading& reading, const Facts& facts) noexcept {
  using enum Grantee::Kind;
  if (const auto named = by_name(viewer, reading, facts)) return seen_by_name(*named);
  Decision through_group = hidden(Reason::not_addressed);
  if (reading.member || (reading.by_name && !viewer.organisation)) {
    if (viewer.organisation && in(facts.listed, organisation, viewer.organisation->value)) {
      through_group = seen(Reason::named_organisation, {organisation, viewer.organisation->value});
    }
    for (const auto each : viewer.communities) {
      if (!through_group.seen && in(facts.listed, community, each.value)) {
        through_group = seen(Reason::named_community, {community, each.value});
      }
    }
    for (const auto each : viewer.cases) {
      if (!through_group.seen && in(facts.listed, case_file, each.value)) {
        through_group = seen(Reason::case_participant, {case_file, each.value});
      }
    }
    for (const auto each : viewer.providers) {
      if (!through_group.seen && facts.tlp <= Tlp::amber && in(facts.listed, organisation, each.value)) {
        through_group = seen(Reason::client_of_named, {organisation, each.value});
      }
    }
  }
  if (!through_group.seen) return through_group;
  if (facts.tlp > reach_of(through_group.through->kind)) return hidden(Reason::marking);
  if (viewer.organisation && facts.tlp > reading.tlp_max) return hidden(Reason::role_reads_none);
  return through_group;
}

}  // namespace

std::string_view to_string(Reason reason) noexcept {
  constexpr std::array<std::string_view, 15> kNames{
      "public_record",   "own_organisation", "own_handler",     "member",       "named_organisation",
      "named_community", "case_participant", "client_of_named", "named_person", "broke_glass",
      "draft",           "embargoed",        "not_addressed",   "marking",      "role_reads_none"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::string Viewer::cache_key() const {
  if (!person && !organisation) return "anonymous";
  auto key = fmt::format("p{}o{}r{}", person ? person->value : 0, organisation ? organisation->value : 0, roles.bits());
  for (const auto each : communities) fmt::format_to(std::back_inserter(key), "c{}", each.value);
  for (const auto each : cases) fmt::format_to(std::back_inserter(key), "k{}", each.value);
  for (const auto each : cases_by_name) fmt::format_to(std::back_inserter(key), "n{}", each.value);
  for (const auto each : providers) fmt::format_to(std::back_inserter(key), "v{}", each.value);
  for (const auto& each : glass) fmt::format_to(std::back_inserter(key), "g{}:{}", each.grant, each.record.value);
  return key;
}

const Glass* Viewer::open_glass(RecordId record, Timestamp now) const noexcept {
  const auto found =
      std::ranges::find_if(glass, [&](const Glass& each) { return each.record == record && now < each.until; });
  return found == glass.end() ? nullptr : &*found;
}

Facts facts_of(const Record& record) {
  return {record.tlp, record.status, record.audience, record.owner, record.embargo_until, record.listed, record.id};
}

Facts facts_of(const Record& record, const Revision& revision) {
  return {revision.tlp,           revision.status, revision.audience, record.owner,
          revision.embargo_until, revision.listed, record.id};
}

namespace {

/// Rules 1 to 4.
Decision decide_by_rule(const Viewer& viewer, const Facts& facts, Timestamp now) noexcept {
  const auto reading = reading_of(viewer);
  if (reading.member && *viewer.organisation == facts.owner) return decide_own(viewer, reading, facts);
  if (facts.status == RecordStatus::draft) return hidden(Reason::draft);
  if (facts.embargo_until && *facts.embargo_until > now) return hidden(Reason::embargoed);
  switch (facts.audience) {
    case Audience::everyone:
      if (facts.tlp == Tlp::clear) return seen(Reason::public_record);
      if (facts.tlp == Tlp::green && reading.member) return seen(Reason::member);
      return hidden(Reason::marking);
    case Audience::members:
      if (!reading.member) return hidden(Reason::not_addressed);
      if (facts.tlp == Tlp::red) return hidden(Reason::marking);
      return facts.tlp <= reading.tlp_max ? seen(Reason::member) : hidden(Reason::role_reads_none);
    case Audience::owner_only:
      return hidden(Reason::not_addressed);
    case Audience::listed:
      return decide_listed(viewer, reading, facts);
  }
  return hidden(Reason::not_addressed);
}

}  // namespace

Decision decide(const Viewer& viewer, const Facts& facts, Timestamp now) noexcept {
  const auto by_rule = decide_by_rule(viewer, facts, now);
  if (by_rule.seen || facts.record.value == 0 || viewer.open_glass(facts.record, now) == nullptr) return by_rule;
  return seen(Reason::broke_glass);
}

bool knows_case(const Viewer& viewer, CaseId id) noexcept {
  const auto reading = reading_of(viewer);
  if (reading.by_name && viewer.person && std::ranges::binary_search(viewer.cases_by_name, id)) return true;
  return reading.member && reading.tlp_max >= Tlp::amber_strict && std::ranges::binary_search(viewer.cases, id);
}

namespace {

/// Builds the condition; parameters keep the order of their question marks.
class Condition {
 public:
  template <class... Values>
  Condition& add(std::string_view text, Values... values) {
    made_.text += text;
    (made_.parameters.emplace_back(std::int64_t{values}), ...);
    return *this;
  }
  /// "(?, ?)"; never empty.
  template <class Ids>
  Condition& add_list(const Ids& ids) {
    made_.text += '(';
    for (const auto& id : ids) {
      made_.text += made_.text.back() == '(' ? "?" : ", ?";
      made_.parameters.emplace_back(id.value);
    }
    made_.text += ')';
    return *this;
  }
  SqlCondition take() { return std::move(made_); }

 private:
  SqlCondition made_;
};

constexpr std::string_view kOnList =
    "EXISTS (SELECT 1 FROM audience_grantee a WHERE a.audience_id = r.audience_id AND a.kind = ? AND a.grantee_id ";

/// "r.audience = listed AND (...)": one look at the list of addressees for each way to be on it.
void add_listed(Condition& sql, const Viewer& viewer, const Reading& reading) {
  using enum Grantee::Kind;
  bool any = false;
  const auto either = [&] {
    sql.add(any ? " OR " : "");
    any = true;
  };
  sql.add("r.audience = ? AND (", kNumber(Audience::listed));
  if (reading.by_name && viewer.person) {
    either();
    sql.add(kOnList, kNumber(person)).add("= ?)", viewer.person->value);
  }
  if (reading.by_name && viewer.person && !viewer.cases_by_name.empty()) {
    either();
    sql.add(kOnList, kNumber(case_file)).add("IN ").add_list(viewer.cases_by_name).add(")");
  }
  if (reading.member || (reading.by_name && !viewer.organisation)) {
    const auto tlp_max = kNumber(viewer.organisation ? reading.tlp_max : Tlp::amber_strict);
    if (viewer.organisation) {
      either();
      sql.add("r.tlp <= ? AND ", tlp_max).add(kOnList, kNumber(organisation)).add("= ?)", viewer.organisation->value);
    }
    if (!viewer.communities.empty()) {
      either();
      sql.add("r.tlp <= ? AND ", tlp_max).add(kOnList, kNumber(community)).add("IN ").add_list(viewer.communities);
      sql.add(")");
    }
    if (!viewer.cases.empty()) {
      either();
      sql.add("r.tlp <= ? AND ", tlp_max).add(kOnList, kNumber(case_file)).add("IN ").add_list(viewer.cases).add(")");
    }
    if (!viewer.providers.empty()) {
      either();
      sql.add("r.tlp <= ? AND ", std::min(tlp_max, kNumber(Tlp::amber)));
      sql.add(kOnList, kNumber(organisation)).add("IN ").add_list(viewer.providers).add(")");
    }
  }
  sql.add(any ? ")" : "1 = 0)");
}

/// What the viewer's own organisation owns.
void add_own(Condition& sql, const Viewer& viewer, const Reading& reading) {
  const auto organisation = viewer.organisation->value;
  sql.add("(r.owner_id = ?", organisation);
  if (!reading.drafts) sql.add(" AND r.status <> ?", kNumber(RecordStatus::draft));
  sql.add(" AND (r.tlp <= ?", kNumber(reading.tlp_max));
  if (reading.red) sql.add(" OR r.tlp = ?", kNumber(Tlp::red));
  if (viewer.person) {
    sql.add(" OR r.audience = ?", kNumber(Audience::listed));
    sql.add(" AND (").add(kOnList, kNumber(Grantee::Kind::person)).add("= ?)", viewer.person->value);
    if (!viewer.cases_by_name.empty()) {
      sql.add(" OR ")
          .add(kOnList, kNumber(Grantee::Kind::case_file))
          .add("IN ")
          .add_list(viewer.cases_by_name)
          .add(")");
    }
    sql.add(")");
  }
  sql.add(")) OR (r.owner_id <> ? AND ", organisation);
}

}  // namespace

SqlCondition visible_sql(const Viewer& viewer, Timestamp now) {
  const auto reading = reading_of(viewer);
  Condition sql;
  if (reading.member) add_own(sql, viewer, reading);
  sql.add("r.status <> ? AND (r.embargo_until IS NULL OR r.embargo_until <= ?) AND (", kNumber(RecordStatus::draft),
          now.micros);
  sql.add("r.audience = ? AND r.tlp <= ?", kNumber(Audience::everyone),
          kNumber(reading.member ? Tlp::green : Tlp::clear));
  if (reading.member)
    sql.add(" OR r.audience = ? AND r.tlp <= ?", kNumber(Audience::members), kNumber(reading.tlp_max));
  if (viewer.person || !viewer.communities.empty() || reading.member) {
    sql.add(" OR ");
    add_listed(sql, viewer, reading);
  }
  sql.add(")");
  if (reading.member) sql.add(")");
  std::vector<RecordId> open;
  for (const auto& each : viewer.glass) {
    if (now < each.until) open.push_back(each.record);
  }
  if (!open.empty()) sql.add(" OR r.id IN ").add_list(open);
  return sql.take();
}

}  // namespace tocsin::domain::policy
