#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/members/testing.hpp"
#include "engine/threat/author.hpp"
#include "engine/threat/indexer.hpp"
#include "engine/threat/report.hpp"

/// For tests of what people say about threats.
namespace tocsin::engine::threat::testing {

/// Wendy, Will and their boss of a water utility, Petra of a power station: each may write for theirs.
class WritersTest : public members::MembersTest {
 protected:
  using Whom = ReportAudience::Whom;

  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    water_ = organisation("Riverside Water");
    power_ = organisation("Power");
    wendy_ = person("wendy@water.example", water_);
    will_ = person("will@water.example", water_);
    boss_ = person("boss@water.example", water_, {domain::Role::member, domain::Role::organisation_administrator});
    petra_ = person("petra@power.example", power_);
  }
  Actor wendy() { return acting(wendy_, water_); }
  Actor will() { return acting(will_, water_); }
  Actor boss() { return acting(boss_, water_); }
  Actor petra() { return acting(petra_, power_); }
  sharing::Marking marking(const Actor& actor, Whom whom = Whom::members, domain::Tlp tlp = domain::Tlp::green) {
    return marking_of_report(database(), actor, {.whom = whom, .tlp = tlp}, store_testing::kTestNow).value();
  }
  /// Written and indexed.
  Result<Written> write(const Actor& actor, std::string json, std::vector<RelationTo> relations = {},
                        Whom whom = Whom::members, domain::Tlp tlp = domain::Tlp::green) {
    TRY(auto written, create_object(database(), actor, {.json = std::move(json), .relations = std::move(relations)},
                                    marking(actor, whom, tlp), store_testing::kTestNow));
    TRY_VOID(index_all(database()));
    return written;
  }

  domain::OrganisationId water_, power_;
  domain::PersonId wendy_, will_, boss_, petra_;
};

}  // namespace tocsin::engine::threat::testing
