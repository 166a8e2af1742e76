#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/inventory/inventory.hpp"
#include "engine/members/testing.hpp"

/// What tests of inventories share: two plants, the CERT, and quick ways to fill them.
namespace tocsin::engine::inventory {

using domain::OrganisationId;
using domain::OrganisationKind;
using domain::PersonId;
using domain::Role;
using domain::Roles;
using members::MembersTest;
using members::outcome;
using members::refusal;
using store_testing::kTestNow;

class InventoryTest : public MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped()) return;
    water = organisation("Water works");
    power = organisation("Grid");
    editor = acting(person("wendy@water.example", water, {Role::organisation_administrator}), water);
    reader = acting(person("will@water.example", water), water);
    stranger = acting(person("petra@grid.example", power, {Role::organisation_administrator}), power);
    person("root@cert.example", domain::kOwnOrganisation, {Role::administrator});
    coordinator =
        acting(person("cora@cert.example", domain::kOwnOrganisation, {Role::coordinator}), domain::kOwnOrganisation);
    auditor = acting(person("aldo@cert.example", domain::kOwnOrganisation, {Role::auditor}), domain::kOwnOrganisation);
    administrator =
        acting(person("ada@cert.example", domain::kOwnOrganisation, {Role::administrator}), domain::kOwnOrganisation);
  }
  Result<Difference> import_csv(const Actor& actor, std::string_view csv, const ImportOptions& options = {}) {
    TRY(const auto reading, read_file(database(), actor.viewer.organisation.value_or(OrganisationId{}), csv));
    return import(database(), actor, items_of(reading), options, kTestNow);
  }
  Result<Difference> compare_csv(const Actor& actor, std::string_view csv, const ImportOptions& options = {}) {
    TRY(const auto reading, read_file(database(), actor.viewer.organisation.value_or(OrganisationId{}), csv));
    return compare(database(), actor, items_of(reading), options);
  }
  Access own(const Actor& actor) { return access(database(), actor, {}, kTestNow).value(); }
  std::vector<store::Asset> assets(const Actor& actor, const ListInput& input = {}) {
    auto page = list(database(), own(actor), input);
    EXPECT_TRUE(page) << page.error().to_string();
    return page ? page->rows : std::vector<store::Asset>{};
  }
  std::string exported(const Actor& actor, ExportAs as = ExportAs::csv) {
    std::string out;
    const auto done = export_file(
        database(), actor, own(actor), as,
        [&](std::string_view piece) -> Status {
          out += piece;
          return ok();
        },
        kTestNow);
    EXPECT_TRUE(done) << done.error().to_string();
    return out;
  }
  OrganisationId water, power;
  Actor editor, reader, stranger, coordinator, auditor, administrator;
};

}  // namespace tocsin::engine::inventory
