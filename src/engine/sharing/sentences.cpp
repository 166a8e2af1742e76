#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/messages.hpp"
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

std::string people(std::int64_t count) { return trn<"{} person", "{} people">(count, text::thousands(count)); }
std::string organisations(std::size_t count) {
  const auto number = static_cast<long long>(count);
  return trn<"{} organisation", "{} organisations">(number, text::thousands(number));
}

/// May the reader know who stands behind this way of being reached?
bool names_shown(const Sight& sight, Reason reason, const std::optional<Grantee>& through) {
  if (reason == Reason::named_community) {
    return sight_of_community(sight, through->id) == Sight::Community::members;
  }
  if (reason == Reason::case_participant) return sight.cases.contains(through->id);
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
  const auto count = static_cast<long long>(group.those.size());
  const auto number = text::thousands(count);
  const auto owner = [&] { return grantee_name(reach, {Grantee::Kind::organisation, reach.owner.value}, sight); };
  switch (group.reason) {
    case Reason::own_organisation:
      return tr<"The people of {}, whose it is.">(owner());
    case Reason::own_handler:
      return marking.status == domain::RecordStatus::draft
                 ? tr<"Those who edit drafts for {}, whose it is.">(owner())
                 : tr<"Those who handle TLP:RED for {}, whose it is.">(owner());
    case Reason::named_organisation:
      return trn<"The people of {} organisation, because it is listed by name.",
                 "The people of {} organisations, because they are listed by name.">(count, number);
    case Reason::named_community:
      return trn<"The people of {} organisation in {}, because it is listed.",
                 "The people of {} organisations in {}, because it is listed.">(
          count, number, grantee_name(reach, *group.through, sight));
    case Reason::case_participant:
      return trn<"The people of {} organisation that takes part in {}, which is listed.",
                 "The people of {} organisations that take part in {}, which is listed.">(
          count, number, grantee_name(reach, *group.through, sight));
    case Reason::client_of_named:
      return trn<"The people of {} organisation that is a client of {}, which is listed: TLP:{} goes on to clients.",
                 "The people of {} organisations that are clients of {}, which is listed: TLP:{} goes on to clients.">(
          count, number, grantee_name(reach, *group.through, sight), domain::to_string(marking.tlp));
    default:
      return marking.audience == domain::Audience::members
                 ? tr<"The people of every member organisation, {} now, because it is addressed to members.">(count)
                 : tr<"The people of every member organisation, {} now, because it is addressed to everyone.">(count);
  }
}

Sentence of_organisations(const Reach& reach, const Marking& marking, const Group<ReachedOrganisation>& group,
                          const Sight& sight) {
  Sentence sentence;
  sentence.reason = group.reason;
  sentence.text = reason_of(reach, marking, group, sight);
  const bool own = group.reason == Reason::own_organisation || group.reason == Reason::own_handler;
  std::int64_t seeing = 0, not_seeing = 0;
  for (const auto* each : group.those) {
    seeing += each->seeing;
    not_seeing += each->not_seeing;
  }
  sentence.text += " " + trn<"{} person now.", "{} people now.">(seeing, text::thousands(seeing));
  if (not_seeing > 0) {
    sentence.text +=
        " " + trn<"{} more does not see it: their role reads less.", "{} more do not see it: their role reads less.">(
                  not_seeing, not_seeing);
  }
  if (own) return sentence;
  sentence.names_hidden = !names_shown(sight, group.reason, group.through);
  if (sentence.names_hidden) return sentence;
  for (const auto* each : group.those) {
    const auto number = text::thousands(each->seeing);
    sentence.names.push_back(each->not_seeing == 0
                                 ? trn<"{} ({} person)", "{} ({} people)">(each->seeing, each->name, number)
                                 : trn<"{} ({} person, {} more not)", "{} ({} people, {} more not)">(
                                       each->seeing, each->name, number, each->not_seeing));
  }
  return sentence;
}

Sentence of_people(const Reach& reach, const Group<ReachedPerson>& group, const Sight& sight) {
  Sentence sentence;
  sentence.reason = group.reason;
  const auto count = static_cast<long long>(group.those.size());
  const auto number = text::thousands(count);
  if (group.reason == Reason::named_person) {
    sentence.text = trn<"{} person, listed by name.", "{} people, listed by name.">(count, number);
  } else if (group.through && group.through->kind == Grantee::Kind::case_file) {
    sentence.text = trn<"{} person who takes part in {} by name, because it is listed.",
                        "{} people who take part in {} by name, because it is listed.">(
        count, number, grantee_name(reach, *group.through, sight));
  } else if (group.through && group.through->kind == Grantee::Kind::community) {
    sentence.text = trn<"{} person alone in {}, because it is listed.", "{} people alone in {}, because it is listed.">(
        count, number, grantee_name(reach, *group.through, sight));
  } else {
    sentence.text = trn<"{} person without an organisation.", "{} people without an organisation.">(count, number);
  }
  sentence.names_hidden = !names_shown(sight, group.reason, group.through);
  if (!sentence.names_hidden) {
    for (const auto* each : group.those) sentence.names.push_back(each->name);
  }
  return sentence;
}

}  // namespace

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kAllMax = 5, kNamed = 3;
  if (names.size() <= kAllMax) return fmt::format("{}", fmt::join(names, ", "));
  return tr<"{} and {} others">(fmt::format("{}", fmt::join(names.begin(), names.begin() + kNamed, ", ")),
                                names.size() - kNamed);
}

std::string grantee_name(const Reach& reach, const Grantee& grantee, const Sight& sight) {
  const auto found = reach.names.find(grantee);
  const auto name = found == reach.names.end() ? std::string{} : found->second;
  switch (grantee.kind) {
    case Grantee::Kind::community:
      if (sight_of_community(sight, grantee.id) == Sight::Community::hidden) {
        return std::string{tr<"a community that you do not know">()};
      }
      return tr<"the community '{}'">(name);
    case Grantee::Kind::organisation:
      return name.empty() ? tr<"organisation {}">(grantee.id) : name;
    case Grantee::Kind::case_file:
      return tr<"the case {}">(name);
    case Grantee::Kind::person:
      break;
  }
  return name.empty() ? std::string{tr<"a person whose account is not open">()} : name;
}

std::vector<Sentence> sentences(const Reach& reach, const Marking& marking, const Sight& sight) {
  std::vector<Sentence> all;
  if (reach.everyone) {
    all.push_back(
        {.text = std::string{tr<"Everyone, also without an account: it is TLP:CLEAR, and addressed to everyone.">()},
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
  if (reach.everyone) return std::string{tr<"everyone, also without an account">()};
  std::vector<std::string> parts;
  if (reach.every_member) parts.emplace_back(tr<"every member organisation (also those to come)">());
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
    if (hidden > 0 && !names.empty()) names.push_back(tr<"{} whose names you do not see">(hidden));
    parts.push_back(names.empty() ? organisations(reach.organisations.size())
                                  : fmt::format("{} ({})", organisations(reach.organisations.size()), some_of(names)));
  }
  if (reach.people_total > 0) parts.push_back(people(reach.people_total));
  if (parts.empty()) return std::string{tr<"nobody">()};
  const auto last = std::move(parts.back());
  parts.pop_back();
  return parts.empty() ? last : tr<"{} and {}">(fmt::format("{}", fmt::join(parts, ", ")), last);
}

}  // namespace tocsin::engine::sharing
