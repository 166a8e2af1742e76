#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "domain/policy.hpp"

/// Random worlds for property tests of the policy: a few organisations, people, communities and cases, and records of
/// every marking, audience, status and embargo among them. Small numbers, so that everything meets everything.
namespace tocsin::domain::testing {

class Worlds {
 public:
  static constexpr std::int64_t kOrganisations = 5, kPeople = 6, kCommunities = 4, kCases = 4;

  Worlds(unsigned seed, Timestamp now) : random_(seed), now_(now) {}

  std::int64_t number(std::int64_t first, std::int64_t last) {
    return std::uniform_int_distribution<std::int64_t>{first, last}(random_);
  }
  /// True once in `of` times.
  bool one_in(std::int64_t of) { return number(1, of) == 1; }

  policy::Viewer viewer() {
    policy::Viewer viewer;
    if (one_in(8)) return viewer;
    if (!one_in(6)) viewer.person = PersonId{number(1, kPeople)};
    if (!one_in(4)) {
      viewer.organisation = OrganisationId{number(1, kOrganisations)};
      viewer.roles = {Role::member};
      for (const auto role : all_roles()) {
        if (one_in(5)) viewer.roles = viewer.roles.with(role);
      }
      for (std::int64_t id = 1; id <= kOrganisations; ++id) {
        if (one_in(5) && id != viewer.organisation->value) viewer.providers.push_back({id});
      }
    }
    // Communities come through the organisation or the person; without either there is no way into one.
    for (std::int64_t id = 1; (viewer.person || viewer.organisation) && id <= kCommunities; ++id) {
      if (one_in(3)) viewer.communities.push_back({id});
    }
    for (std::int64_t id = 1; id <= kCases; ++id) {
      if (viewer.organisation && one_in(4)) viewer.cases.push_back({id});
      if (viewer.person && one_in(6)) viewer.cases_by_name.push_back({id});
    }
    return viewer;
  }

  /// One that has broken the glass over some of the records 1 to `records`.
  policy::Viewer viewer_with_glass(std::int64_t records) {
    auto viewer = this->viewer();
    if (!viewer.person) return viewer;
    for (std::int64_t count = number(0, 3); count > 0; --count) {
      viewer.glass.push_back({.record = {number(1, records)},
                              .grant = number(1, 1'000),
                              .until = moment(static_cast<std::size_t>(number(0, kMoments.size() - 1)))});
    }
    std::ranges::sort(viewer.glass);
    return viewer;
  }

  policy::Facts facts() {
    policy::Facts facts;
    facts.tlp = static_cast<Tlp>(number(0, 4));
    facts.status = one_in(4) ? RecordStatus::draft : one_in(6) ? RecordStatus::withdrawn : RecordStatus::published;
    facts.audience = static_cast<Audience>(number(0, 3));
    facts.owner = {number(1, kOrganisations)};
    if (one_in(3)) facts.embargo_until = moment(static_cast<std::size_t>(number(0, kMoments.size() - 1)));
    if (facts.audience == Audience::listed) facts.listed = grantees();
    return facts;
  }

  std::vector<Grantee> grantees() {
    std::vector<Grantee> listed;
    for (std::int64_t count = number(0, 3); count > 0; --count) {
      const auto kind = static_cast<Grantee::Kind>(number(1, 4));
      listed.push_back({kind, number(1, kind == Grantee::Kind::organisation ? kOrganisations
                                        : kind == Grantee::Kind::person     ? kPeople
                                        : kind == Grantee::Kind::case_file  ? kCases
                                                                            : kCommunities)});
    }
    tidy(listed);
    return listed;
  }

  /// Moments around now: embargoes end before, at and after those that are asked about.
  static constexpr std::array<std::int64_t, 7> kMoments{-3'600'000'000, -1, 0, 1, 2, 60'000'000, 86'400'000'000};
  Timestamp moment(std::size_t index) const { return {now_.micros + kMoments[index]}; }

 private:
  std::mt19937 random_;
  Timestamp now_;
};

}  // namespace tocsin::domain::testing
