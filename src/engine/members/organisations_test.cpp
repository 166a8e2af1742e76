#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/members/testing.hpp"

namespace tocsin::engine::members {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OrganisationsTest : public MembersTest {
 protected:
  std::vector<std::string> names(const OrganisationPage& page) {
    std::vector<std::string> found;
    for (const auto& row : page.rows) found.push_back(row.organisation.name);
    return found;
  }
};
TOCSIN_ON_BOTH_DATABASES(OrganisationsTest);

OrganisationInput full() {
  auto input = named("  Example\t Pumps ", OrganisationKind::vendor);
  input.sectors = {"water", "energy", "water"};
  input.countries = {"de", "AT", "De"};
  input.homepage = "https://pumps.example/";
  input.description = "Pumps.\nAnd valves.";
  input.vendor_keys = {"example-pumps"};
  return input;
}

TEST_P(OrganisationsTest, IsKeptTidyAndActiveWithAuditEntryAndGeneration) {
  const auto before = generation_now();
  const auto id = create_organisation(database(), console, full(), kTestNow);
  ASSERT_TRUE(id) << id.error().to_string();
  const auto kept = stored(*id);
  EXPECT_EQ(kept.name, "Example Pumps");
  EXPECT_EQ(kept.status, OrganisationStatus::active);
  EXPECT_THAT(kept.sectors, ElementsAre(domain::Sector::energy, domain::Sector::water));
  EXPECT_THAT(kept.countries, ElementsAre("AT", "DE"));
  EXPECT_THAT(kept.vendor_keys, ElementsAre("example-pumps"));
  EXPECT_EQ(kept.homepage, "https://pumps.example/");
  EXPECT_EQ(kept.description, "Pumps.\nAnd valves.");
  EXPECT_EQ(kept.uuid.size(), 36U);
  EXPECT_EQ(kept.created_at, kTestNow);
  EXPECT_EQ(last_entry(), "organisation.create organisation:" + std::to_string(id->value));
  EXPECT_EQ(generation_now(), before + 1);
}

TEST_P(OrganisationsTest, TheOwnOneGetsAUuidWhereAnOlderInstallationHadNone) {
  EXPECT_EQ(stored(domain::kOwnOrganisation).uuid.size(), 36U);
  run(Sql{"UPDATE organisation SET uuid = '', folded_name = '' WHERE id = 1"});
  organisation("Water works");
  const auto own = stored(domain::kOwnOrganisation);
  EXPECT_EQ(own.uuid.size(), 36U);
  EXPECT_EQ(refusal(create_organisation(database(), console, named(own.name), kTestNow)), "conflict at name");
}

struct BadField {
  std::string_view name, where;
  void (*spoil)(OrganisationInput&);
};
const BadField kBadFields[] = {
    {"NoName", "name", [](auto& input) { input.name = ""; }},
    {"BlankName", "name", [](auto& input) { input.name = " \t "; }},
    {"InvisibleName", "name", [](auto& input) { input.name = "\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B"; }},
    {"ShortName", "name", [](auto& input) { input.name = "A"; }},
    {"LongName", "name", [](auto& input) { input.name = std::string(201, 'a'); }},
    {"HugeName", "name", [](auto& input) { input.name = std::string(1 << 20, ' ') + "ab"; }},
    {"IllFormedName", "name", [](auto& input) { input.name = "ab\xFF"; }},
    {"ControlInName", "name", [](auto& input) { input.name = "ab\x1B[31m"; }},
    {"NulInName", "name", [](auto& input) { input.name = std::string("ab\0cd", 5); }},
    {"UnknownSector", "sectors", [](auto& input) { input.sectors = {"plumbing"}; }},
    {"SectorByName", "sectors", [](auto& input) { input.sectors = {"Energy Sector"}; }},
    {"UnknownCountry", "countries", [](auto& input) { input.countries = {"DE", "XX"}; }},
    {"ManyCountries", "countries", [](auto& input) { input.countries.assign(251, "DE"); }},
    {"Script", "homepage", [](auto& input) { input.homepage = "javascript:alert(1)"; }},
    {"NoHost", "homepage", [](auto& input) { input.homepage = "https:///path"; }},
    {"UserInfo", "homepage", [](auto& input) { input.homepage = "https://bank.example@evil.example/"; }},
    {"QuoteInUrl", "homepage", [](auto& input) { input.homepage = "https://a.example/\"onclick="; }},
    {"LineInUrl", "homepage", [](auto& input) { input.homepage = "https://a.example/\r\nX: y"; }},
    {"LongUrl", "homepage", [](auto& input) { input.homepage = "https://a.example/" + std::string(2'000, 'a'); }},
    {"LongDescription", "description", [](auto& input) { input.description = std::string(4'001, 'a'); }},
    {"ControlInDescription", "description", [](auto& input) { input.description = "a\x07"; }},
    {"VendorKeyElsewhere", "vendor_keys", [](auto& input) { input.kind = OrganisationKind::isac; }},
    {"VendorNameForKey", "vendor_keys", [](auto& input) { input.vendor_keys = {"Example Pumps"}; }},
    {"ManyVendorKeys", "vendor_keys", [](auto& input) { input.vendor_keys.assign(51, "a"); }},
};

TEST_P(OrganisationsTest, WhatIsNotRightIsRefusedAtItsField) {
  const auto id = organisation("Water works", OrganisationKind::vendor);
  const auto before = audit_rows().size();
  for (const auto& each : kBadFields) {
    auto input = full();
    each.spoil(input);
    const auto expected = "invalid_input at " + std::string{each.where};
    EXPECT_EQ(refusal(create_organisation(database(), console, input, kTestNow)), expected) << each.name;
    EXPECT_EQ(refusal(change_organisation(database(), console, id, input, kTestNow)), expected) << each.name;
  }
  EXPECT_EQ(audit_rows().size(), before);
}

TEST_P(OrganisationsTest, TheLimitsThemselvesPass) {
  auto input = full();
  input.name = std::string(200, 'a');
  input.description = std::string(4'000, 'a');
  EXPECT_TRUE(create_organisation(database(), console, input, kTestNow));
  input.name = "ab";
  EXPECT_TRUE(create_organisation(database(), console, input, kTestNow));
}

TEST_P(OrganisationsTest, NamesThatFoldAlikeAreOneUntilItHasLeft) {
  const auto id = organisation("M\xC3\xBCller Werke");
  EXPECT_EQ(refusal(create_organisation(database(), console, named("MULLER  werke"), kTestNow)), "conflict at name");
  const auto other = organisation("Water works");
  EXPECT_EQ(refusal(change_organisation(database(), console, other, named("Muller Werke"), kTestNow)),
            "conflict at name");
  EXPECT_TRUE(change_organisation(database(), console, id, named("MULLER WERKE"), kTestNow));
  ASSERT_TRUE(set_organisation_status(database(), console, id, OrganisationStatus::left, "", {}, kTestNow));
  EXPECT_TRUE(create_organisation(database(), console, named("Muller Werke"), kTestNow));
  // Back again, its name is another's now.
  EXPECT_EQ(refusal(set_organisation_status(database(), console, id, OrganisationStatus::applied, "", {}, kTestNow)),
            "conflict at name");
}

TEST_P(OrganisationsTest, ItsOwnAdministratorChangesTheProfileButNeitherKindNorVendorKeys) {
  const auto id = create_organisation(database(), console, full(), kTestNow).value();
  const auto other = organisation("Water works");
  const auto actor = acting(person("a@pumps.example", id, {Role::organisation_administrator}), id);
  auto input = named("Example Pumps and Valves", OrganisationKind::cert);
  ASSERT_TRUE(change_organisation(database(), actor, id, input, kTestNow));
  const auto kept = stored(id);
  EXPECT_EQ(kept.name, "Example Pumps and Valves");
  EXPECT_EQ(kept.kind, OrganisationKind::vendor);
  EXPECT_THAT(kept.vendor_keys, ElementsAre("example-pumps"));
  EXPECT_EQ(outcome(change_organisation(database(), actor, other, named("Stolen"), kTestNow)), "forbidden");
  EXPECT_EQ(outcome(change_organisation(database(), actor, {404}, named("Nobody"), kTestNow)), "forbidden");
  EXPECT_EQ(outcome(change_organisation(database(), console, {404}, named("Nobody"), kTestNow)), "not_found");
}

TEST_P(OrganisationsTest, AKindThatRolesStandOnStays) {
  const auto id = organisation("Example Pumps", OrganisationKind::vendor);
  person("v@pumps.example", id, {Role::vendor_coordinator});
  EXPECT_EQ(refusal(change_organisation(database(), console, id, named("Example Pumps"), kTestNow)),
            "conflict at kind");
  EXPECT_EQ(refusal(change_organisation(database(), console, domain::kOwnOrganisation,
                                        named("Example CERT", OrganisationKind::vendor), kTestNow)),
            "conflict at kind");
}

TEST_P(OrganisationsTest, MembersSeeActiveOnesAndThoseWhoVetAll) {
  const auto id = organisation("Water works");
  organisation("Aachen");
  const auto applied = [&] {
    EXPECT_TRUE(apply(database(), Actor::anonymous(), applying("Zinc works", "z@zinc.example"), kTestNow));
    return OrganisationId{number(Sql{"SELECT max(id) FROM organisation"})};
  }();
  const auto actor = acting(person("m@water.example", id), id);
  const auto seen = list_organisations(database(), actor, {}).value();
  EXPECT_THAT(names(seen), ElementsAre("Aachen", "Example CERT", "Water works"));
  EXPECT_EQ(seen.total, 3);
  for (const auto& row : seen.rows) EXPECT_EQ(row.people, 0);
  const auto all = list_organisations(database(), console, {}).value();
  EXPECT_THAT(names(all), ElementsAre("Aachen", "Example CERT", "Water works", "Zinc works"));
  EXPECT_EQ(all.rows[2].people, 1);
  EXPECT_FALSE(find_organisation(database(), actor, applied, kTestNow).value());
  EXPECT_FALSE(find_organisation(database(), actor, {404}, kTestNow).value());
  EXPECT_TRUE(find_organisation(database(), console, applied, kTestNow).value());
  OrganisationFilter filter;
  filter.status = OrganisationStatus::applied;
  EXPECT_THAT(names(list_organisations(database(), actor, filter).value()), IsEmpty());
  EXPECT_THAT(names(list_organisations(database(), console, filter).value()), ElementsAre("Zinc works"));
  EXPECT_EQ(outcome(list_organisations(database(), Actor::anonymous(), {})), "forbidden");
  EXPECT_EQ(outcome(find_organisation(database(), Actor::anonymous(), id, kTestNow)), "forbidden");
}

TEST_P(OrganisationsTest, PagesFollowOneAnotherWithoutGapsWhateverTheNames) {
  std::vector<std::string> expected{"Example CERT"};
  for (const auto* name : {"50% off_", "Alpha", "alpha two", "\xC3\x84rger", "Zeta", "beta", "_under"}) {
    organisation(name);
    expected.emplace_back(name);
  }
  OrganisationFilter filter;
  filter.limit = 2;
  std::vector<std::string> found;
  do {
    const auto page = list_organisations(database(), console, filter).value();
    EXPECT_EQ(page.total, 8);
    for (const auto& each : names(page)) found.push_back(each);
    filter.cursor = page.next_cursor;
  } while (!filter.cursor.empty());
  EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(expected));
  filter.text = "A";
  filter.limit = 200;
  EXPECT_THAT(names(list_organisations(database(), console, filter).value()),
              ElementsAre("Alpha", "alpha two", "\xC3\x84rger", "beta", "Example CERT", "Zeta"));
  for (const auto* text : {"50%", "f_"}) {
    filter.text = text;
    EXPECT_THAT(names(list_organisations(database(), console, filter).value()), ElementsAre("50% off_")) << text;
  }
  filter.text = "' OR 1=1 --";
  EXPECT_THAT(names(list_organisations(database(), console, filter).value()), IsEmpty());
}

TEST_P(OrganisationsTest, OddPagesAreRefused) {
  OrganisationFilter filter;
  for (const int limit : {0, -1, 201}) {
    filter.limit = limit;
    EXPECT_EQ(refusal(list_organisations(database(), console, filter)), "invalid_input at limit");
  }
  filter.limit = 50;
  for (const auto* cursor : {"x", "1", "1x", ".", "99999999999999999999999.a"}) {
    filter.cursor = cursor;
    EXPECT_EQ(refusal(list_organisations(database(), console, filter)), "invalid_input at cursor") << cursor;
  }
}

TEST_P(OrganisationsTest, ContactsComeAndGo) {
  const auto id = organisation("Water works");
  const auto other = organisation("Power works");
  const auto actor = acting(person("a@water.example", id, {Role::organisation_administrator}), id);
  const domain::OrganisationContact good{
      .id = 0, .role = "security", .name = "Desk", .email = "Desk@Water.example", .phone = "+49 30 123"};
  const auto contact = add_contact(database(), actor, id, good, kTestNow);
  ASSERT_TRUE(contact) << contact.error().to_string();
  EXPECT_EQ(last_entry(), "organisation.change organisation:" + std::to_string(id.value));
  const auto kept = find_organisation(database(), actor, id, kTestNow).value()->contacts;
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].email, "Desk@Water.example");
  const auto with = [&](auto change) {
    auto contact_given = good;
    change(contact_given);
    return refusal(add_contact(database(), actor, id, contact_given, kTestNow));
  };
  EXPECT_EQ(with([](auto& it) { it.role = "boss"; }), "invalid_input at role");
  EXPECT_EQ(with([](auto& it) { it.name = ""; }), "invalid_input at name");
  EXPECT_EQ(with([](auto& it) { it.email = "desk"; }), "invalid_input at email");
  EXPECT_EQ(with([](auto& it) { it.email = "a@b.example\r\nBcc: c@d.example"; }), "invalid_input at email");
  EXPECT_EQ(with([](auto& it) { it.phone = "<b>"; }), "invalid_input at phone");
  EXPECT_EQ(with([](auto& it) { it.email = it.phone = ""; }), "invalid_input at email");
  EXPECT_EQ(outcome(add_contact(database(), actor, other, good, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(add_contact(database(), console, {404}, good, kTestNow)), "not_found");
  EXPECT_EQ(outcome(remove_contact(database(), console, other, *contact, kTestNow)), "not_found");
  EXPECT_TRUE(remove_contact(database(), actor, id, *contact, kTestNow));
  EXPECT_EQ(outcome(remove_contact(database(), actor, id, *contact, kTestNow)), "not_found");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(add_contact(database(), actor, id, good, kTestNow));
  EXPECT_EQ(outcome(add_contact(database(), actor, id, good, kTestNow)), "conflict");
}

std::string sample(const char* name) {
  std::ifstream file{std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/keys/testdata" / name};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_P(OrganisationsTest, KeysComeAndGo) {
  const auto id = organisation("Water works");
  const auto other = organisation("Power works");
  const auto actor = acting(person("a@water.example", id, {Role::organisation_administrator}), id);
  const auto key = add_key(database(), actor, id, sample("public.asc"), "Desk", kTestNow);
  ASSERT_TRUE(key) << key.error().to_string();
  ASSERT_TRUE(add_key(database(), actor, id, sample("certificate.pem"), "", kTestNow));
  const auto kept = find_organisation(database(), actor, id, kTestNow).value()->keys;
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].fingerprint, "F18FE552E1B91B61C48D021B22BBB8D42BE04CCA");
  EXPECT_EQ(kept[0].kind, domain::OrganisationKey::Kind::openpgp);
  EXPECT_EQ(kept[1].kind, domain::OrganisationKey::Kind::certificate);
  EXPECT_EQ(refusal(add_key(database(), actor, id, sample("public.asc"), "again", kTestNow)), "conflict at key");
  EXPECT_EQ(refusal(add_key(database(), actor, id, sample("secret.asc"), "", kTestNow)), "invalid_input at key");
  EXPECT_EQ(refusal(add_key(database(), actor, id, sample("public.asc"), "a\nb\x01", kTestNow)),
            "invalid_input at label");
  EXPECT_TRUE(add_key(database(), console, other, sample("public.asc"), "", kTestNow));
  EXPECT_EQ(outcome(add_key(database(), actor, other, sample("public.asc"), "", kTestNow)), "forbidden");
  EXPECT_EQ(outcome(remove_key(database(), console, other, *key, kTestNow)), "not_found");
  EXPECT_TRUE(remove_key(database(), actor, id, *key, kTestNow));
  EXPECT_EQ(outcome(remove_key(database(), actor, id, *key, kTestNow)), "not_found");
}

TEST_P(OrganisationsTest, ClientsAreForThoseWhomItConcerns) {
  const auto provider = organisation("Integrator", OrganisationKind::integrator);
  const auto client = organisation("Water works");
  ASSERT_TRUE(add_client(database(), console, provider, client, kTestNow));
  EXPECT_EQ(refusal(add_client(database(), console, provider, client, kTestNow)), "conflict at client");
  EXPECT_EQ(refusal(add_client(database(), console, client, client, kTestNow)), "invalid_input at client");
  EXPECT_EQ(outcome(add_client(database(), console, provider, {404}, kTestNow)), "not_found");
  const auto actor = acting(person("a@water.example", client, {Role::organisation_administrator}), client);
  EXPECT_THAT(actor.viewer.providers, ElementsAre(provider));
  EXPECT_EQ(outcome(add_client(database(), actor, provider, client, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(remove_client(database(), actor, provider, client, kTestNow)), "forbidden");
  const auto mine = find_organisation(database(), actor, client, kTestNow).value();
  ASSERT_EQ(mine->providers.size(), 1U);
  EXPECT_EQ(mine->providers[0].id, provider);
  EXPECT_THAT(find_organisation(database(), actor, provider, kTestNow).value()->clients, IsEmpty());
  EXPECT_EQ(find_organisation(database(), console, provider, kTestNow).value()->clients.size(), 1U);
  EXPECT_TRUE(remove_client(database(), console, provider, client, kTestNow));
  EXPECT_EQ(outcome(remove_client(database(), console, provider, client, kTestNow)), "not_found");
}

TEST_P(OrganisationsTest, OnlyRecordsThatTheAskerMaySeeAreCounted) {
  const auto owner = organisation("Example Pumps", OrganisationKind::vendor);
  const auto reader = organisation("Water works");
  for (const auto tlp : {domain::Tlp::clear, domain::Tlp::green, domain::Tlp::amber, domain::Tlp::red}) {
    auto revision = store_testing::sample_revision("EX-" + std::to_string(static_cast<int>(tlp)));
    revision.owner = owner;
    revision.tlp = tlp;
    ASSERT_TRUE(database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); }));
  }
  const auto actor = acting(person("m@water.example", reader), reader);
  EXPECT_EQ(find_organisation(database(), actor, owner, kTestNow).value()->records, 2);
  const auto own = acting(person("m@pumps.example", owner, {Role::vendor_coordinator}), owner);
  EXPECT_EQ(find_organisation(database(), own, owner, kTestNow).value()->records, 4);
}

}  // namespace
}  // namespace tocsin::engine::members
