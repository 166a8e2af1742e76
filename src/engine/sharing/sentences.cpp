#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/sharing/sharing.hpp"

namespace tocsin::engine::sharing {
namespace {

using domain::Grantee;
using domain::policy::Reason;

Sight::Community sight_of_community(const Sight& sight, std::int64_t id) {
  const auto found = sight.communities.find(id);
  return found == sight.communities.end() ? Sight::Community::hidden : found->second;
}

std::string people(std::int64_t count) { return text::count_of(count, "person", "people"); }
std::string organisations(std::size_t count) {
  return text::count_of(static_cast<long long>(count), "organisation", "organisations");
}

/// May the reader know who stands behind this way of being reached?
bool names_shown(const Sight& sight, Reason reason, const std::optional<Grantee>& through) {
  if (reason == Reason::named_community) {
    return sight_of_community(sight, through->id) == Sight::Community::members;
  }
  if (reason == Reason::client_of_named) {
    return sight.every_client || (sight.clients_of && sight.clients_of->value == through->id);
  }
  return true;
}

/// Those who are reached in the same way.
template <class T>
struct Group {
  Reason reason = Reason::member;
  std::optional<Grantee> through;
  std::vector<const T*> those;
};
template <class T>
std::vector<Group<T>> grouped(const std::vector<T>& all) {
  std::vector<Group<T>> groups;
  for (const auto& each : all) {
    // Listed by name they are one group, whatever their names.
    const bool by_name = each.reason == Reason::named_organisation || each.reason == Reason::named_person;
    const auto through = by_name ? std::nullopt : each.through;
    auto group = std::ranges::find_if(
        groups, [&](const auto& other) { return other.reason == each.reason && other.through == through; });
    if (group == groups.end()) group = groups.insert(groups.end(), {each.reason, through, {}});
    group->those.push_back(&each);
  }
  std::ranges::sort(groups, {}, [](const auto& each) { return std::pair{each.reason, each.through}; });
  return groups;
}

std::string reason_of(const Reach& reach, const Marking& marking, const Group<ReachedOrganisation>& group,
                      const Sight& sight) {
  const auto count = group.those.size();
  switch (group.reason) {
    case Reason::own_organisation:
      return "The people of {}, whose it is.";
    case Reason::own_handler:
      return marking.status == domain::RecordStatus::draft ? "Those who edit drafts for {}, whose it is."
                                                           : "Those who handle TLP:RED for {}, whose it is.";
    case Reason::named_organisation:
      return fmt::format("The people of {}, because {} listed by name.", organisations(count),
                         count == 1 ? "it is" : "they are");
    case Reason::named_community:
      return fmt::format("The people of {} in {}, because it is listed.", organisations(count),
                         grantee_name(reach, *group.through, sight));
    case Reason::client_of_named:
      return fmt::format("The people of {} that {} of {}, which is listed: TLP:{} goes on to clients.",
                         organisations(count), count == 1 ? "is a client" : "are clients",
                         grantee_name(reach, *group.through, sight), domain::to_string(marking.tlp));
    default:
      return fmt::format("The people of every member organisation, {} now, because it is addressed to {}.", count,
                         marking.audience == domain::Audience::members ? "members" : "everyone");
  }
}

Sentence of_organisations(const Reach& reach, const Marking& marking, const Group<ReachedOrganisation>& group,
                          const Sight& sight) {
  Sentence sentence;
  sentence.reason = group.reason;
  sentence.text = reason_of(reach, marking, group, sight);
  const bool own = group.reason == Reason::own_organisation || group.reason == Reason::own_handler;
  if (own) {
    const auto name = grantee_name(reach, {Grantee::Kind::organisation, reach.owner.value}, sight);
    if (const auto at = sentence.text.find("{}"); at != std::string::npos) sentence.text.replace(at, 2, name);
  }
  std::int64_t seeing = 0, not_seeing = 0;
  for (const auto* each : group.those) {
    seeing += each->seeing;
    not_seeing += each->not_seeing;
  }
  sentence.text += fmt::format(" {} now.", people(seeing));
  if (not_seeing > 0) {
    sentence.text +=
        fmt::format(" {} more {} not see it: their role reads less.", not_seeing, not_seeing == 1 ? "does" : "do");
  }
  if (own) return sentence;
  sentence.names_hidden = !names_shown(sight, group.reason, group.through);
  if (sentence.names_hidden) return sentence;
  for (const auto* each : group.those) {
    sentence.names.push_back(each->not_seeing == 0 ? fmt::format("{} ({})", each->name, people(each->seeing))
                                                   : fmt::format("{} ({}, {} more not)", each->name,
                                                                 people(each->seeing), each->not_seeing));
  }
  return sentence;
}

Sentence of_people(const Reach& reach, const Group<ReachedPerson>& group, const Sight& sight) {
  Sentence sentence;
  sentence.reason = group.reason;
  const auto count = static_cast<std::int64_t>(group.those.size());
  sentence.text = group.reason == Reason::named_person ? fmt::format("{}, listed by name.", people(count))
                  : group.through && group.through->kind == Grantee::Kind::community
                      ? fmt::format("{} alone in {}, because it is listed.", people(count),
                                    grantee_name(reach, *group.through, sight))
                      : fmt::format("{} without an organisation.", people(count));
  sentence.names_hidden = !names_shown(sight, group.reason, group.through);
  if (!sentence.names_hidden) {
    for (const auto* each : group.those) sentence.names.push_back(each->name);
  }
  return sentence;
}

}  // namespace

std::string grantee_name(const Reach& reach, const Grantee& grantee, const Sight& sight) {
  const auto found = reach.names.find(grantee);
  const auto name = found == reach.names.end() ? std::string{} : found->second;
  switch (grantee.kind) {
    case Grantee::Kind::community:
      if (sight_of_community(sight, grantee.id) == Sight::Community::hidden) return "a community that you do not know";
      return fmt::format("the community '{}'", name);
    case Grantee::Kind::organisation:
      return name.empty() ? fmt::format("organisation {}", grantee.id) : name;
    case Grantee::Kind::person:
      break;
  }
  return name.empty() ? std::string{"a person whose account is not open"} : name;
}

std::vector<Sentence> sentences(const Reach& reach, const Marking& marking, const Sight& sight) {
  std::vector<Sentence> all;
  if (reach.everyone) {
    all.push_back({.text = "Everyone, also without an account: it is TLP:CLEAR, and addressed to everyone.",
                   .reason = Reason::public_record,
                   .names = {},
                   .names_hidden = false});
    return all;
  }
  for (const auto& group : grouped(reach.organisations)) {
    all.push_back(of_organisations(reach, marking, group, sight));
  }
  for (const auto& group : grouped(reach.people)) all.push_back(of_people(reach, group, sight));
  return all;
}

std::string summary(const Reach& reach, const Sight& sight) {
  if (reach.everyone) return "everyone, also without an account";
  std::vector<std::string> parts;
  if (reach.every_member) parts.emplace_back("every member organisation (also those to come)");
  std::vector<std::string> names;
  std::size_t hidden = 0;
  for (const auto& each : reach.organisations) {
    if (names_shown(sight, each.reason, each.through)) {
      names.push_back(each.name);
    } else {
      ++hidden;
    }
  }
  if (!reach.organisations.empty() && !reach.every_member) {
    if (hidden > 0 && !names.empty()) names.push_back(fmt::format("{} whose names you do not see", hidden));
    parts.push_back(names.empty()
                        ? organisations(reach.organisations.size())
                        : fmt::format("{} ({})", organisations(reach.organisations.size()), text::list_some(names)));
  }
  if (reach.people_total > 0) parts.push_back(people(reach.people_total));
  if (parts.empty()) return "nobody";
  const auto last = std::move(parts.back());
  parts.pop_back();
  return parts.empty() ? last : fmt::format("{} and {}", fmt::join(parts, ", "), last);
}

}  // namespace tocsin::engine::sharing
