#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "engine/sharing/world.hpp"

namespace tocsin::engine::sharing {
namespace {

using domain::Grantee;
using domain::OrganisationId;
using domain::policy::Decision;
using domain::policy::Reason;

/// Does the looker see it for their organisation's sake, rather than their own?
bool for_organisation(const World& world, const World::Looker& looker, const Decision& decision) {
  if (!decision.seen || !looker.viewer.organisation || decision.reason == Reason::named_person) return false;
  const bool in_community = decision.reason == Reason::named_community;
  if (!in_community && decision.reason != Reason::case_participant) return true;
  const auto found = world.organisations.find(looker.viewer.organisation->value);
  if (found == world.organisations.end()) return false;
  return in_community ? std::ranges::binary_search(found->second.communities, domain::CommunityId{decision.through->id})
                      : std::ranges::binary_search(found->second.cases, domain::CaseId{decision.through->id});
}

std::int64_t id_of(const ReachedOrganisation& each) { return each.organisation.value; }
std::int64_t id_of(const ReachedPerson& each) { return each.person.value; }

/// Folds each name once.
template <class T>
std::vector<T> by_name(std::map<std::int64_t, T> all) {
  std::vector<std::pair<std::string, T>> keyed;
  keyed.reserve(all.size());
  for (auto& [id, each] : all) keyed.emplace_back(text::fold(each.name), std::move(each));
  std::ranges::sort(keyed, {},
                    [](const auto& each) { return std::pair{std::string_view{each.first}, id_of(each.second)}; });
  std::vector<T> sorted;
  sorted.reserve(keyed.size());
  for (auto& [name, each] : keyed) sorted.push_back(std::move(each));
  return sorted;
}

}  // namespace

Marking marking_of(const domain::Record& record) {
  return {.tlp = record.tlp,
          .audience = record.audience,
          .listed = record.listed,
          .addresses = {},
          .embargo_until = record.embargo_until,
          .status = record.status};
}

domain::policy::Facts facts_of(OrganisationId owner, const Marking& marking) {
  domain::policy::Facts facts{.tlp = marking.tlp,
                              .status = marking.status,
                              .audience = marking.audience,
                              .owner = owner,
                              .embargo_until = marking.embargo_until,
                              .listed = {}};
  if (marking.audience == domain::Audience::listed) facts.listed = marking.listed;
  domain::tidy(facts.listed);
  return facts;
}

Reach World::reach(OrganisationId owner, const std::vector<Decision>& decisions, bool complete) const {
  Reach made;
  made.naming = naming;
  made.owner = owner;
  made.everyone = decisions[0].seen;
  made.every_member = decisions[1].seen;
  std::map<std::int64_t, ReachedOrganisation> reached;
  std::map<std::int64_t, ReachedPerson> alone;
  std::set<std::int64_t> everybody, addresses;
  const auto remember = [&](const std::optional<Grantee>& through) {
    if (through) made.names.emplace(*through, name_of(*through).value_or(""));
  };
  // A plain member's reason is the organisation's, where there is one; they come first.
  for (std::size_t i = 2; i < lookers.size(); ++i) {
    if (!for_organisation(*this, lookers[i], decisions[i])) continue;
    const auto id = *lookers[i].viewer.organisation;
    const auto& its = organisations.at(id.value);
    if (reached
            .try_emplace(id.value, ReachedOrganisation{.organisation = id,
                                                       .name = its.name,
                                                       .kind = its.kind,
                                                       .reason = decisions[i].reason,
                                                       .through = decisions[i].through})
            .second) {
      remember(decisions[i].through);
    }
  }
  for (std::size_t i = 2; i < lookers.size(); ++i) {
    const auto& viewer = lookers[i].viewer;
    if (lookers[i].plain) continue;
    const auto& decision = decisions[i];
    if (lookers[i].address && made.everyone) continue;
    const auto organisation = reached.find(viewer.organisation ? viewer.organisation->value : 0);
    if (organisation != reached.end()) {
      if (decision.seen) ++organisation->second.seeing;
      if (!decision.seen && complete) ++organisation->second.not_seeing;
    }
    if (!decision.seen) continue;
    (lookers[i].address ? addresses : everybody).insert(viewer.person->value);
    if (!lookers[i].address) made.seats.push_back({*viewer.person, viewer.organisation.value_or(OrganisationId{})});
    const bool own_sake = decision.reason == Reason::named_person || organisation == reached.end();
    if (own_sake && !decisions[0].seen) {
      alone.try_emplace(viewer.person->value, ReachedPerson{.person = *viewer.person,
                                                            .name = people.at(viewer.person->value),
                                                            .reason = decision.reason,
                                                            .through = decision.through});
      remember(decision.through);
    }
  }
  made.organisations = by_name(std::move(reached));
  made.people = by_name(std::move(alone));
  std::ranges::sort(made.seats);
  made.people_total = static_cast<std::int64_t>(everybody.size() + addresses.size());
  const Grantee whose{Grantee::Kind::organisation, owner.value};
  made.names.emplace(whose, name_of(whose).value_or(""));
  return made;
}

Result<Reach> who_sees(store::Connection& connection, OrganisationId owner, const Marking& marking, Timestamp now,
                       Naming naming) {
  TRY(const auto resolved, resolve(connection, marking));
  TRY(const auto world, World::load(connection, naming, named_in({&resolved.marking}, resolved.addresses)));
  const auto facts = facts_of(owner, resolved.marking);
  auto reach = world.reach(owner, world.decide(facts, now), true);
  for (const auto& each : facts.listed) {
    if (world.is_idle(each)) reach.idle.push_back(each);
    reach.names.emplace(each, world.name_of(each).value_or(""));
  }
  return reach;
}

Difference difference(const World& world, OrganisationId owner, const Marking& before, const Marking& after,
                      Timestamp now) {
  const auto old_facts = facts_of(owner, before), new_facts = facts_of(owner, after);
  // Between these moments nothing changes by time alone.
  std::set<Timestamp> moments{now};
  for (const auto& each : {before.embargo_until, after.embargo_until}) {
    if (each && *each > now) moments.insert(*each);
  }
  std::vector<Decision> gained(world.lookers.size()), lost(world.lookers.size());
  for (const auto moment : moments) {
    const auto was = world.decide(old_facts, moment), will = world.decide(new_facts, moment);
    for (std::size_t i = 0; i < was.size(); ++i) {
      if (will[i].seen && !was[i].seen && !gained[i].seen) gained[i] = will[i];
      if (was[i].seen && !will[i].seen && !lost[i].seen) lost[i] = was[i];
    }
  }
  return {.gained = world.reach(owner, gained, false), .lost = world.reach(owner, lost, false)};
}

Result<Difference> difference(store::Connection& connection, OrganisationId owner, const Marking& before,
                              const Marking& after, Timestamp now, Naming naming) {
  TRY(const auto resolved, resolve(connection, after));
  TRY(const auto world, World::load(connection, naming, named_in({&before, &resolved.marking}, resolved.addresses)));
  return difference(world, owner, before, resolved.marking, now);
}

std::string Difference::digest() const {
  std::string text = fmt::format("{}{}", gained.everyone, gained.every_member);
  for (const auto& each : gained.organisations)
    fmt::format_to(std::back_inserter(text), "o{}", each.organisation.value);
  for (const auto& each : gained.seats) {
    fmt::format_to(std::back_inserter(text), "p{}:{}", each.person.value, each.organisation.value);
  }
  if (gained.naming == Naming::addresses) {
    for (const auto& each : gained.people) fmt::format_to(std::back_inserter(text), "a{} ", each.name);
  }
  return sha256_hex(text).substr(0, 32);
}

}  // namespace tocsin::engine::sharing
